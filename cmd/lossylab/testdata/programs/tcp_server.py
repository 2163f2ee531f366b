# Receives lines over TCP and returns them in upper case, until the client has nothing more to say.
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 12000))
listener.listen(1)
connection, address = listener.accept()
while True:
    data = connection.recv(1024)
    if not data:
        break
    connection.sendall(data.upper())
connection.close()
print("served", address[0])
