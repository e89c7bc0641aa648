package dev.steppe.benchmarks.raft;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports of the loopback address that were free a moment ago, for TCP and for UDP. */
public final class LoopbackPorts {
    private LoopbackPorts() {}

    /** {@code count} different ports. */
    public static List<Integer> choose(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            while (ports.size() < count) {
                ServerSocket socket = new ServerSocket(0, 1, loopback);
                held.add(socket);
                if (isFreeForUdp(new InetSocketAddress(loopback, socket.getLocalPort()))) {
                    ports.add(socket.getLocalPort());
                }
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return List.copyOf(ports);
    }

    private static boolean isFreeForUdp(InetSocketAddress address) {
        try (DatagramSocket socket = new DatagramSocket(address)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
