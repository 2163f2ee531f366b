# Asks for ten names, as a stub resolver does: again after a while when no answer comes.
import socket

def resolve(sock, number, name):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
    query = number.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"
    while True:
        sock.sendto(query, ("server", 53))
        try:
            while True:
                answer, _ = sock.recvfrom(512)
                if answer[:2] == query[:2]:
                    return socket.inet_ntoa(answer[-4:])
        except socket.timeout:
            pass

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(0.3)
for i in range(10):
    print("host%d.example" % i, resolve(sock, i + 1, "host%d.example" % i))
