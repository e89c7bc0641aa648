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
    private static final int NAME_MAX_COUNT = 253;

    private TcpAddress() {}

    /**
     * The socket address for plaintext; refused unless it is a loopback literal or {@code localhost} and {@code config}
     * allows it.
     */
    static InetSocketAddress plaintext(String address, TcpConfig config) throws OperatingFault {
        int colon = colon(address);
        InetAddress host = literal(address.substring(0, colon));
        if (host == null || !host.isLoopbackAddress() || !config.plaintextLoopback()) {
            throw new OperatingFault("plaintext to " + address
                    + " is refused: it is allowed on loopback addresses only, and only with plaintextLoopback.");
        }
        return new InetSocketAddress(host, port(address, colon));
    }

    /** The socket address; unresolved if the host is a name, which is not looked up here. For links under TLS. */
    static InetSocketAddress any(String address) throws OperatingFault {
        int colon = colon(address);
        String name = address.substring(0, colon);
        InetAddress host = literal(name);
        if (host != null) {
            return new InetSocketAddress(host, port(address, colon));
        }
        if (name.length() > NAME_MAX_COUNT || !name.chars().allMatch(TcpAddress::isOfName)) {
            throw new OperatingFault("host of address " + address + " is neither an address nor a name.");
        }
        return InetSocketAddress.createUnresolved(name, port(address, colon));
    }

    private static boolean isOfName(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    }

    private static int colon(String address) throws OperatingFault {
        int colon = address.lastIndexOf(':');
        if (colon < 1) {
            throw new OperatingFault("address " + address + " is not of the form host:port.");
        }
        return colon;
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

    private static @Nullable InetAddress literal(String host) throws OperatingFault {
        if (host.equals("localhost")) {
            return InetAddress.getLoopbackAddress();
        }
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal == null) {
            return null;
        }
        try {
            return InetAddress.getByAddress(literal);
        } catch (UnknownHostException e) {
            throw new OperatingFault("address " + host + " is of no known length.", e);
        }
    }
}
