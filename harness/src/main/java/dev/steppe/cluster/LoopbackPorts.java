package dev.steppe.cluster;

import dev.steppe.base.OperatingFault;
import dev.steppe.runtime.clock.SeededEntropy;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports that are free on loopback, for TCP and UDP, of those that no system gives to outgoing connections by itself.
 * They are free when drawn; another process may take one before it is used, and then the server that wanted it says so.
 */
public final class LoopbackPorts {
    /** The address that the ports belong to. */
    public static final String HOST = "127.0.0.1";

    /** Above what well-known servers use. */
    private static final int FIRST_PORT = 10_240;
    /** Linux gives ports from here on to connections; other systems begin higher. */
    private static final int END_PORT = 32_768;

    private static final int ATTEMPTS_PER_PORT = 1_000;

    private LoopbackPorts() {}

    /** {@code count} different ports, drawn at random. */
    public static List<Integer> draw(int count) throws OperatingFault {
        SeededEntropy entropy = SeededEntropy.fromSystem();
        List<Integer> ports = new ArrayList<>();
        for (int attempt = 0; attempt < count * ATTEMPTS_PER_PORT && ports.size() < count; attempt++) {
            int port = FIRST_PORT + (int) entropy.nextBelow(END_PORT - FIRST_PORT);
            if (!ports.contains(port) && isFree(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new OperatingFault("no free port on " + HOST + " from " + FIRST_PORT + " to " + (END_PORT - 1)
                    + ": free some, or try again");
        }
        return List.copyOf(ports);
    }

    private static boolean isFree(InetSocketAddress address) {
        try (ServerSocket stream = new ServerSocket(address.getPort(), 1, address.getAddress());
                DatagramSocket packets = new DatagramSocket(address)) {
            return stream.isBound() && packets.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
