# Sends 100 pings and counts the answers, until none comes for five seconds.
import os
import socket

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
pings = [b"ping %d" % i for i in range(100)]
for ping in pings:
    client.sendto(ping, (os.environ["LOSSYLAB_SERVER"], 12000))
client.settimeout(5)
answers = set()
try:
    while True:
        message, address = client.recvfrom(2048)
        assert message.lower() in pings, message
        answers.add(message)
except socket.timeout:
    print("answers:", len(answers))
