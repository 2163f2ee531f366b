# Answers every DNS query for an address with 192.0.2.1 (RFC 1035 section 4).
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", 53))
while True:
    query, address = server.recvfrom(512)
    question = query[12:query.index(b"\0", 12) + 5]
    header = query[:2] + b"\x81\x80" + b"\0\1\0\1\0\0\0\0"
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([192, 0, 2, 1])
    server.sendto(header + question + record, address)
