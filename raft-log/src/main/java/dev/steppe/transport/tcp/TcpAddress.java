package dev.steppe.transport.tcp;

import dev.steppe.base.OperatingFault;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Reads {@code host:port} without looking up a name, and says which addresses plaintext may use. */
final class TcpAddress {
    private static final int PORT_MAX = 65_535;

    private TcpAddress() {}

    /**
     * The socket address; refused unless it is a loopback literal or {@code localhost} and {@code config} allows it.
     */
    static InetSocketAddress parse(String address, TcpConfig config) throws OperatingFault {
        int colon = address.lastIndexOf(':');
        if (colon < 1) {
            throw new OperatingFault("address " + address + " is not of the form host:port.");
        }
        InetAddress host = loopback(address.substring(0, colon));
        if (host == null || !config.plaintextLoopback()) {
            throw new OperatingFault("plaintext to " + address
                    + " is refused: it is allowed on loopback addresses only, and only with plaintextLoopback.");
        }
        return new InetSocketAddress(host, port(address, colon));
    }

    /** {@code host:port} of a bound address. */
    static String print(InetSocketAddress address) {
        String host = NetUtil.toAddressString(address.getAddress());
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static int port(String address, int colon) throws OperatingFault {
        try {
            int port = Integer.parseInt(address, colon + 1, address.length(), 10);
            if (port >= 0 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new OperatingFault("port of address " + address + " is not a number.", e);
        }
        throw new OperatingFault("port of address " + address + " must be 0 to 65535.");
    }

    private static @Nullable InetAddress loopback(String host) throws OperatingFault {
        if (host.equals("localhost")) {
            return InetAddress.getLoopbackAddress();
        }
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal == null) {
            return null;
        }
        try {
            InetAddress parsed = InetAddress.getByAddress(literal);
            return parsed.isLoopbackAddress() ? parsed : null;
        } catch (UnknownHostException e) {
            throw new OperatingFault("address " + host + " is of no known length.", e);
        }
    }
}
