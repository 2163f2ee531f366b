# Sends 100 pings and counts the answers. An answer that takes longer than a second is lost.
import os
import socket

client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(1)
answers = 0
for i in range(100):
    ping = b"ping %d" % i
    client.sendto(ping, (os.environ["LOSSYLAB_SERVER"], 12000))
    try:
        message, address = client.recvfrom(2048)
        assert message == ping.upper(), message
        answers += 1
    except socket.timeout:
        pass
print("answers:", answers)
