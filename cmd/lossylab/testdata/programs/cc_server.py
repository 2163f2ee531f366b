# Says which congestion control its connection has (TCP_CONGESTION is 13), and listens until the client has gone.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("", 12000))
listener.listen(1)
connection, address = listener.accept()
print(connection.getsockopt(socket.IPPROTO_TCP, 13, 16).rstrip(b"\0").decode())
connection.recv(1)
