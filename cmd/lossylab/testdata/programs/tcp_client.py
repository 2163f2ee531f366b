# Sends 2,000 numbered lines over TCP and checks what comes back.
import socket
import sys

text = "".join("line %d of the client\n" % i for i in range(2000))
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
connection.connect((sys.argv[1], 12000))
connection.sendall(text.encode())
connection.shutdown(socket.SHUT_WR)
answer = b""
while True:
    data = connection.recv(4096)
    if not data:
        break
    answer += data
connection.close()
print("same" if answer.decode() == text.upper() else "different")
