package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection from its first byte to its end, and the link that it becomes. The dialler says HELLO, the acceptor
 * WELCOME, the dialler READY; then frames flow both ways.
 *
 * <p>Owned by the event loop, except {@link #offer} and {@link #close}, which any thread may call: they touch the
 * outbox and the volatile {@code open} only, and ask the loop to do the rest.
 */
final class TcpConnection implements Link {
    private static final int BATCH_BYTES = 64 << 10;
    private static final int SENTENCE_MAX_BYTES = 512;
    private static final byte[] NO_BODY = {};

    private final TcpTransport transport;
    private final Channel channel;
    private final Role role;
    private final FrameOutbox outbox;
    private final Runnable drainTask = this::drain;
    private final long nonce;
    private State state;
    private @Nullable Greeting heard;
    private final long startedNs;
    private long heardNs;
    private long spokeNs;
    private volatile boolean open;

    /** What the connection is for and who is told. {@code dialling} is there on the dialler's side only. */
    record Role(
            String address,
            PeerPolicy policy,
            LinkListener listener,
            @Nullable TcpDialling dialling) {}

    private enum State {
        AWAIT_HELLO,
        AWAIT_WELCOME,
        AWAIT_READY,
        UP,
        OVER
    }

    TcpConnection(TcpTransport transport, Channel channel, Role role) {
        this.transport = transport;
        this.channel = channel;
        this.role = role;
        outbox = new FrameOutbox(transport.config());
        nonce = transport.loops().entropy().nextLong();
        state = role.dialling() == null ? State.AWAIT_HELLO : State.AWAIT_WELCOME;
        startedNs = transport.loops().nowNs();
        heardNs = startedNs;
        spokeNs = startedNs;
    }

    @Override
    public OfferVerdict offer(DirectBuffer buffer, int offset, int length) {
        if (length < 1 || length > frameMaxBytes()) {
            throw Invariant.broken("frame length out of range: length, max", length, frameMaxBytes());
        }
        if (!open) {
            return OfferVerdict.CLOSED;
        }
        if (!outbox.put(buffer, offset, length)) {
            return OfferVerdict.BACK_PRESSURED;
        }
        if (outbox.claimWake() && !transport.loops().execute(drainTask)) {
            return OfferVerdict.CLOSED;
        }
        return OfferVerdict.SENT;
    }

    @Override
    public PeerIdentity peer() {
        return Objects.requireNonNull(heard, "a link is handed out once its peer is known")
                .identity();
    }

    @Override
    public int frameMaxBytes() {
        return transport.config().frameMaxBytes();
    }

    @Override
    public void close() {
        open = false;
        TcpLoops loops = transport.loops();
        loops.execute(() -> loops.guard(this::endHere));
    }

    void endHere() {
        end(LinkDown.Cause.CLOSED_HERE, "the link was closed on this side.");
    }

    boolean isUp() {
        return state == State.UP;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    boolean isAccepted() {
        return role.dialling() == null;
    }

    /** Longest body that may come now. */
    int bodyMaxBytes() {
        return state == State.UP ? frameMaxBytes() : FrameLayout.BEFORE_UP_MAX_BYTES - FrameLayout.HEADER_BYTES;
    }

    void onActive() {
        if (state == State.AWAIT_WELCOME) {
            say(FrameLayout.HELLO, greeting(0));
        }
    }

    void onFrame(byte kind, DirectBuffer buffer, int offset, int length) {
        heardNs = transport.loops().nowNs();
        switch (state) {
            case AWAIT_HELLO, AWAIT_WELCOME, AWAIT_READY -> onHandshake(kind, buffer, offset, length);
            case UP -> onLink(kind, buffer, offset, length);
            case OVER -> throw Invariant.broken("a frame after the end of its connection: kind", kind);
        }
    }

    private void onLink(byte kind, DirectBuffer buffer, int offset, int length) {
        if (kind == FrameLayout.DATA && length > 0) {
            role.listener().onFrame(this, buffer, offset, length);
        } else if (kind != FrameLayout.HEARTBEAT || length > 0) {
            onBadFrame("a frame of kind " + kind + " with " + length + " bytes has no place on a link.");
        }
    }

    private void onHandshake(byte kind, DirectBuffer buffer, int offset, int length) {
        if (kind == FrameLayout.REFUSED) {
            end(LinkDown.Cause.CLOSED_BY_PEER, "refused by the peer: " + sentence(buffer, offset, length));
            return;
        }
        if (kind != expectedKind()) {
            onBadFrame("a frame of kind " + kind + " came in the handshake.");
            return;
        }
        Optional<String> broken = Greeting.refusal(buffer, offset, length);
        if (broken.isPresent()) {
            onBadFrame(broken.get());
            return;
        }
        Greeting greeting = Greeting.decode(buffer, offset);
        Optional<String> refusal = refusal(greeting);
        if (refusal.isPresent()) {
            refuse(refusal.get());
            return;
        }
        heard = greeting;
        advance(greeting);
    }

    private void advance(Greeting greeting) {
        switch (state) {
            case AWAIT_HELLO -> {
                state = State.AWAIT_READY;
                say(FrameLayout.WELCOME, greeting(greeting.nonce()));
            }
            case AWAIT_WELCOME -> {
                say(FrameLayout.READY, greeting(greeting.nonce()));
                up();
            }
            case AWAIT_READY -> up();
            case UP, OVER -> throw Invariant.broken("a greeting after the handshake of member", peer().memberId());
        }
    }

    private byte expectedKind() {
        return switch (state) {
            case AWAIT_HELLO -> FrameLayout.HELLO;
            case AWAIT_WELCOME -> FrameLayout.WELCOME;
            default -> FrameLayout.READY;
        };
    }

    private Optional<String> refusal(Greeting greeting) {
        Greeting earlier = heard;
        if (state != State.AWAIT_HELLO && greeting.echo() != nonce) {
            return Optional.of("the peer answers another connection's greeting.");
        }
        if (earlier != null && !earlier.identity().equals(greeting.identity())) {
            return Optional.of("the peer changed its identity during the handshake.");
        }
        String lane = transport.config().lane();
        if (!greeting.lane().equals(lane)) {
            return Optional.of("this is lane " + lane + ", and the peer means lane " + greeting.lane() + ".");
        }
        Optional<String> unwelcome = role.policy().admission(transport.self(), greeting.identity());
        return unwelcome.isPresent() ? unwelcome : transport.incarnationRefusal(greeting.identity());
    }

    private void up() {
        state = State.UP;
        open = true;
        transport.onUp(this);
        TcpDialling dialling = role.dialling();
        if (dialling != null) {
            dialling.succeeded();
        }
        role.listener().onUp(this);
    }

    void onBadFrame(String sentence) {
        transport.counters().countBadFrame();
        end(LinkDown.Cause.BAD_FRAME, sentence);
    }

    void onInactive() {
        boolean up = state == State.UP;
        end(LinkDown.Cause.CLOSED_BY_PEER, up ? "the peer closed the link." : "the peer closed during the handshake.");
    }

    void onException(Throwable cause) {
        if (cause instanceof IOException) {
            end(LinkDown.Cause.FAULT, "the connection failed: " + cause.getMessage());
        } else {
            transport.loops().halt(cause);
        }
    }

    void onWritabilityChanged() {
        if (channel.isWritable() && !outbox.isEmpty() && outbox.claimWake()) {
            transport.loops().execute(drainTask);
        }
    }

    /** Deadline, silence and heartbeat, judged at {@code nowNs}. */
    void onTick(long nowNs) {
        TcpConfig config = transport.config();
        if (state != State.UP) {
            if (state != State.OVER && nowNs - startedNs > config.handshakeMaxNs()) {
                transport.counters().countLateHandshake();
                end(LinkDown.Cause.SILENT, "the handshake was not done in time.");
            }
        } else if (nowNs - heardNs > 2 * config.heartbeatNs()) {
            transport.counters().countSilent();
            end(LinkDown.Cause.SILENT, "nothing was heard from member " + peer().memberId() + " for two heartbeats.");
        } else if (nowNs - spokeNs >= config.heartbeatNs() && channel.isWritable()) {
            say(FrameLayout.HEARTBEAT, NO_BODY);
        }
    }

    /** This process did not run for a while: silence during that time is not the peer's. */
    void forgiveSilence(long nowNs) {
        heardNs = nowNs;
    }

    /** The one way out. Tells whoever must know, once. */
    void end(LinkDown.Cause cause, String sentence) {
        if (state == State.OVER) {
            return;
        }
        boolean wasUp = state == State.UP;
        state = State.OVER;
        open = false;
        TcpLoops.leave(channel.close());
        transport.onOver(this, wasUp);
        TcpDialling dialling = role.dialling();
        if (dialling != null) {
            dialling.ended();
        }
        if (wasUp) {
            role.listener().onDown(this, new LinkDown(cause, sentence));
        } else {
            role.listener().onRefused(role.address(), sentence);
        }
    }

    private void refuse(String sentence) {
        byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
        byte[] body = text.length <= SENTENCE_MAX_BYTES ? text : Arrays.copyOf(text, SENTENCE_MAX_BYTES);
        ByteBuf out = channel.alloc().directBuffer(FrameLayout.HEADER_BYTES + body.length);
        FrameOutbox.write(out, FrameLayout.REFUSED, body);
        TcpLoops.leave(channel.writeAndFlush(out, channel.voidPromise()));
        end(LinkDown.Cause.CLOSED_HERE, sentence);
    }

    private void drain() {
        try {
            writeWaiting();
        } catch (Throwable e) {
            transport.loops().halt(e);
        }
    }

    /** Everything that waits goes out in batches with one flush, as far as the socket's own buffer takes it. */
    private void writeWaiting() {
        outbox.wakeTaken();
        boolean wrote = false;
        while (state == State.UP && channel.isWritable() && !outbox.isEmpty()) {
            ByteBuf batch = channel.alloc().directBuffer(BATCH_BYTES);
            outbox.moveTo(batch, BATCH_BYTES);
            TcpLoops.leave(channel.write(batch, channel.voidPromise()));
            wrote = true;
        }
        if (wrote) {
            channel.flush();
            spokeNs = transport.loops().nowNs();
        }
    }

    private byte[] greeting(long echo) {
        return new Greeting(transport.self(), transport.config().lane(), nonce, echo).encode();
    }

    private void say(byte kind, byte[] body) {
        ByteBuf out = channel.alloc().directBuffer(FrameLayout.HEADER_BYTES + body.length);
        FrameOutbox.write(out, kind, body);
        TcpLoops.leave(channel.writeAndFlush(out, channel.voidPromise()));
        spokeNs = transport.loops().nowNs();
    }

    /** A sentence from outside, cut to length and without anything that could disturb a log. */
    private static String sentence(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[Math.min(length, SENTENCE_MAX_BYTES)];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ");
    }
}
