package dev.steppe.transport.tcp;

import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.frame.FrameLayout;
import dev.steppe.transport.frame.Greeting;
import dev.steppe.transport.tls.LooseTls;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.agrona.concurrent.UnsafeBuffer;

/** A peer made of a plain socket, which can say what a decent one never would. */
final class RawPeer implements AutoCloseable {
    private static final int GIVE_UP_MS = 30_000;
    private static final int RECEIVE_BUFFER_BYTES = 64 << 10;

    private final Socket socket;
    private final DataInputStream in;

    RawPeer(String address) throws IOException {
        this(connected(address));
    }

    /** Speaks through TLS of its own making; the handshake happens with the first word. */
    RawPeer(String address, LooseTls tls, String... protocols) throws IOException {
        this(secured(address, tls, protocols));
    }

    private static Socket connected(String address) throws IOException {
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES); // Before connecting, or the kernel makes it grow.
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private static Socket secured(String address, LooseTls tls, String... protocols) throws IOException {
        Socket plain = connected(address);
        SSLSocket secured =
                (SSLSocket) tls.context().getSocketFactory().createSocket(plain, "127.0.0.1", plain.getPort(), true);
        secured.setEnabledProtocols(protocols);
        return secured;
    }

    private RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(GIVE_UP_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    record RawFrame(byte kind, UnsafeBuffer bytes) {
        byte[] body() {
            return bytes.byteArray();
        }
    }

    static byte[] frame(int kind, byte[] body) {
        return FrameLayout.frame((byte) kind, body);
    }

    void say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Becomes a link in good order. */
    void shakeHands(PeerIdentity identity, String lane) throws IOException {
        say(frame(FrameLayout.HELLO, new Greeting(identity, lane, 77, 0).encode()));
        RawFrame welcome = hear();
        Greeting greeting = Greeting.decode(welcome.bytes, 0);
        say(frame(FrameLayout.READY, new Greeting(identity, lane, 77, greeting.nonce()).encode()));
    }

    RawFrame hear() throws IOException {
        int crc = Integer.reverseBytes(in.readInt());
        int length = Integer.reverseBytes(in.readInt());
        int kind = Integer.reverseBytes(in.readInt());
        byte[] body = in.readNBytes(length);
        CRC32C check = new CRC32C();
        for (int shift = 0; shift < 32; shift += 8) {
            check.update(length >>> shift);
        }
        for (int shift = 0; shift < 32; shift += 8) {
            check.update(kind >>> shift);
        }
        check.update(body);
        if ((int) check.getValue() != crc) {
            throw new IOException("checksum of a frame of " + length + " bytes is wrong");
        }
        return new RawFrame((byte) kind, new UnsafeBuffer(body));
    }

    /** Says what may find the connection closed already; whether it was still there. */
    boolean sayInVain(byte[] bytes) {
        try {
            say(bytes);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /** Reads until the other side has closed; returns how many bytes came before. */
    int awaitEnd() throws IOException {
        int heardCount = 0;
        try {
            while (in.read() >= 0) {
                heardCount++;
            }
        } catch (EOFException | SocketException | SSLException e) {
            return heardCount; // Reset and alert are ends too.
        }
        return heardCount;
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
