# Says which congestion control its connection has.
import socket

connection = socket.create_connection(("server", 12000))
print(connection.getsockopt(socket.IPPROTO_TCP, 13, 16).rstrip(b"\0").decode())
