package dev.steppe.cluster;

import dev.steppe.base.OperatingFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Free TCP ports on loopback. They are free when drawn; another process may take one before it is used, and then the
 * server that wanted it says so.
 */
public final class LoopbackPorts {
    /** The address that every server of this room listens on. */
    public static final String HOST = "127.0.0.1";

    private LoopbackPorts() {}

    /** {@code count} different ports. */
    public static List<Integer> draw(int count) throws OperatingFault {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
            return ports;
        } catch (IOException e) {
            throw new OperatingFault("no free port on " + HOST + ": free some, or try again", e);
        } finally {
            sockets.forEach(LoopbackPorts::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("a listening socket on " + HOST + " cannot be closed", e);
        }
    }
}
