package dev.steppe.transport.tcp;

import dev.steppe.transport.Transport;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/** One bound address. The channel belongs to the event loop; the address never changes. */
final class TcpListening implements Transport.Listening {
    private final TcpTransport transport;
    private final Channel channel;
    private final String address;

    TcpListening(TcpTransport transport, Channel channel) {
        this.transport = transport;
        this.channel = channel;
        this.address = TcpAddress.print((InetSocketAddress) channel.localAddress());
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void close() {
        transport.loops().executeAndWait(this::closeOnLoop);
    }

    void closeOnLoop() {
        TcpLoops.leave(channel.close());
        transport.forget(this);
    }
}
