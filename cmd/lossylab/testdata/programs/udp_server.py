# Returns datagrams in upper case.
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("", 12000))
while True:
    message, address = server.recvfrom(2048)
    server.sendto(message.upper(), address)
