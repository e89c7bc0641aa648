package dev.steppe.transport.tcp;

import dev.steppe.base.Invariant;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkAudit;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerName;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.frame.FrameLayout;
import dev.steppe.transport.frame.FrameSink;
import dev.steppe.transport.frame.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection from its first byte to its end, and the link that it becomes: first TLS, whose certificate is
 * judged before a byte of ours is read, then the {@link Handshake}, then frames both ways.
 *
 * <p>Owned by the event loop, except {@link #offer} and {@link #close}, which any thread may call: they touch the
 * outbox and the volatile {@code open} only, and ask the loop to do the rest. The outbox is made when the link comes
 * up, before {@code open} is set.
 */
final class TcpConnection implements Link, FrameSink {
    private static final ByteBuffer HEARTBEAT = ByteBuffer.wrap(FrameLayout.frame(FrameLayout.HEARTBEAT, new byte[0]));

    private final TcpTransport transport;
    private final Channel channel;
    private final Role role;
    private final Runnable drainTask = this::drain;
    private final @Nullable TlsDoor door;
    private State state = State.SECURING;
    private @Nullable Handshake handshake;
    private @Nullable PeerIdentity peer;
    private @Nullable FrameOutbox outbox;
    private @Nullable ByteBuf gathered;
    private final long startedNs;
    private long shakingNs;
    private long heardNs;
    private long spokeNs;
    private volatile boolean open;

    /** What the connection is for and who is told. Either {@code dialling} is there or {@code acceptedFrom}. */
    record Role(
            String address,
            PeerPolicy policy,
            LinkListener listener,
            @Nullable TcpDialling dialling,
            @Nullable InetAddress acceptedFrom) {}

    private enum State {
        /** TLS, or the TCP handshake before plaintext; nothing of ours was read or said. */
        SECURING,
        SHAKING,
        UP,
        OVER
    }

    TcpConnection(TcpTransport transport, Channel channel, Role role, @Nullable TlsDoor door) {
        this.transport = transport;
        this.channel = channel;
        this.role = role;
        this.door = door;
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
        FrameOutbox box = outbox();
        boolean mayWriteNow =
                transport.loops().isCarrying() && !transport.loops().isReading();
        if (mayWriteNow && box.isEmpty() && channel.isWritable()) {
            write(buffer, offset, length);
            return OfferVerdict.SENT;
        }
        if (!box.put(buffer, offset, length)) {
            return OfferVerdict.BACK_PRESSURED;
        }
        if (box.claimWake()) {
            if (mayWriteNow) {
                drain();
            } else if (!transport.loops().execute(drainTask)) {
                return OfferVerdict.CLOSED;
            }
        }
        return OfferVerdict.SENT;
    }

    /**
     * Puts one frame straight into the socket, or behind those that wait for the end of this turn: a small frame alone
     * costs as much as a whole record of TLS.
     */
    private void write(DirectBuffer buffer, int offset, int length) {
        try {
            int totalBytes = FrameLayout.HEADER_BYTES + length;
            ByteBuf present = gathered;
            if (present != null && totalBytes > present.writableBytes()) {
                writeGathered();
                present = null;
            }
            if (totalBytes > LoopBuffers.BATCH_BYTES) {
                ByteBuf out = channel.alloc().directBuffer(totalBytes);
                outbox().write(out, buffer, offset, length);
                TcpLoops.leave(channel.writeAndFlush(out, channel.voidPromise()));
                spokeNs = transport.loops().nowNs();
            } else {
                outbox().write(present == null ? gather() : present, buffer, offset, length);
            }
        } catch (Throwable e) {
            transport.loops().halt(e);
        }
    }

    /** A batch for what goes out at the end of this turn, at the latest behind the task that runs now. */
    private ByteBuf gather() {
        ByteBuf fresh = transport.loops().buffers().takeBatch(channel.alloc());
        gathered = fresh;
        transport.loops().execute(drainTask);
        return fresh;
    }

    /** Not after what this thread does next: if it carries agents, it may be about to wait for its disk. */
    @Override
    public void flush() {
        if (transport.loops().isCarrying()) {
            flushGathered();
        }
    }

    private void flushGathered() {
        if (gathered == null) {
            return;
        }
        try {
            writeGathered();
            channel.flush();
            spokeNs = transport.loops().nowNs();
        } catch (Throwable e) {
            transport.loops().halt(e);
        }
    }

    private void writeGathered() {
        ByteBuf out = gathered;
        gathered = null;
        if (out != null) {
            TcpLoops.leave(channel.write(out, channel.voidPromise()));
        }
    }

    private FrameOutbox outbox() {
        return Objects.requireNonNull(outbox, "a link that is open has an outbox");
    }

    @Override
    public PeerIdentity peer() {
        return Objects.requireNonNull(peer, "a link is handed out once its peer is known");
    }

    @Override
    public int frameMaxBytes() {
        return transport.config().bounds().frameMaxBytes();
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

    void setReading(boolean isReading) {
        transport.loops().setReading(isReading);
    }

    void guard(Runnable task) {
        transport.loops().guard(task);
    }

    /** Others knock, and this one has been at it for longest. */
    void giveWay() {
        transport.counters().countFlood();
        refuse(
                LinkAudit.Cause.FLOOD,
                LinkDown.Cause.CLOSED_HERE,
                "too many handshakes at a time: the oldest that was not done gave way.");
    }

    boolean isUp() {
        return state == State.UP;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    private boolean isAccepted() {
        return role.dialling() == null;
    }

    /** The address under which the connection was let in; null for one that this side dialled. */
    @Nullable
    InetAddress acceptedFrom() {
        return role.acceptedFrom();
    }

    @Override
    public int bodyMaxBytes() {
        return state == State.UP ? frameMaxBytes() : FrameLayout.BEFORE_UP_MAX_BYTES - FrameLayout.HEADER_BYTES;
    }

    void onActive() {
        if (door == null) {
            shakeHands(null);
        }
    }

    void onTlsDone(SslHandshakeCompletionEvent done) {
        TlsDoor passed = Objects.requireNonNull(door, "TLS was done on a connection without it");
        TlsDoor.Verdict verdict = passed.judge(done, transport.self(), role.policy());
        if (verdict instanceof TlsDoor.Verdict.Refused refused) {
            transport.counters().countUntrusted();
            refuse(refused.cause(), LinkDown.Cause.UNTRUSTED, refused.sentence());
        } else if (state == State.SECURING) {
            shakeHands(((TlsDoor.Verdict.Open) verdict).name());
        }
    }

    private void shakeHands(@Nullable PeerName certified) {
        state = State.SHAKING;
        shakingNs = transport.loops().nowNs();
        PeerPolicy policy = (self, other) -> {
            Optional<String> unwelcome = role.policy().refusal(self, other);
            return unwelcome.isPresent() ? unwelcome : transport.incarnationRefusal(other);
        };
        Handshake.Terms terms =
                new Handshake.Terms(transport.self(), transport.config().lane(), policy);
        long nonce = transport.loops().entropy().nextLong();
        Handshake begun = new Handshake(terms, !isAccepted(), nonce, certified);
        handshake = begun;
        if (!isAccepted()) {
            say(begun.firstFrame());
        }
    }

    /** Bytes came: a sign of life of a link, even when they are not a whole frame yet. */
    void onBytes() {
        if (state == State.UP) {
            heardNs = transport.loops().nowNs();
        }
    }

    @Override
    public Verdict onFrame(byte kind, DirectBuffer buffer, int offset, int length) {
        if (state == State.UP) {
            return onLink(kind, buffer, offset, length);
        }
        if (state == State.SHAKING) {
            Handshake begun = Objects.requireNonNull(handshake, "hands are shaken by a handshake");
            take(begun.onFrame(kind, buffer, offset, length));
        } else if (state == State.SECURING) {
            onBadFrame("a frame came before the connection was secured.");
        }
        return state == State.OVER ? Verdict.OVER : Verdict.TAKEN;
    }

    private Verdict onLink(byte kind, DirectBuffer buffer, int offset, int length) {
        if (kind == FrameLayout.DATA && length > 0) {
            return role.listener().onFrame(this, buffer, offset, length) ? Verdict.TAKEN : Verdict.NO_ROOM;
        }
        if (kind != FrameLayout.HEARTBEAT || length > 0) {
            onBadFrame("a frame of kind " + kind + " with " + length + " bytes has no place on a link.");
            return Verdict.OVER;
        }
        return Verdict.TAKEN;
    }

    private void take(Handshake.Step step) {
        if (step instanceof Handshake.Step.Say word) {
            say(word.frame());
        } else if (step instanceof Handshake.Step.Up agreed) {
            if (isAccepted() && !transport.hasRoomForLink()) {
                refuse(LinkAudit.Cause.FLOOD, LinkDown.Cause.CLOSED_HERE, "too many links.");
                return;
            }
            if (agreed.frame().hasRemaining()) {
                say(agreed.frame());
            }
            up(agreed.peer());
        } else if (step instanceof Handshake.Step.Refuse refusal) {
            say(refusal.frame());
            refuse(LinkAudit.Cause.IDENTITY, LinkDown.Cause.CLOSED_HERE, refusal.sentence());
        } else if (step instanceof Handshake.Step.Refused refused) {
            end(LinkDown.Cause.CLOSED_BY_PEER, refused.sentence());
        } else if (step instanceof Handshake.Step.Bad bad) {
            onBadFrame(bad.sentence());
        }
    }

    private void up(PeerIdentity agreed) {
        peer = agreed;
        handshake = null;
        outbox = new FrameOutbox(transport.config().bounds());
        heardNs = transport.loops().nowNs();
        state = State.UP;
        open = true;
        transport.onUp(this);
        TcpDialling dialling = role.dialling();
        if (dialling != null) {
            dialling.succeeded();
        }
        role.listener().onUp(this);
    }

    @Override
    public void onBadFrame(String sentence) {
        transport.counters().countBadFrame();
        refuse(LinkAudit.Cause.BAD_FRAME, LinkDown.Cause.BAD_FRAME, sentence);
    }

    void onPause() {
        transport.counters().countPause();
    }

    void onInactive() {
        boolean up = state == State.UP;
        end(LinkDown.Cause.CLOSED_BY_PEER, up ? "the peer closed the link." : "the peer closed during the handshake.");
    }

    void onException(Throwable wrapped) {
        Throwable inner = wrapped instanceof DecoderException ? wrapped.getCause() : null;
        Throwable cause = inner == null ? wrapped : inner;
        if (cause instanceof IOException) {
            end(LinkDown.Cause.FAULT, "the connection failed: " + cause.getMessage());
        } else {
            transport.loops().halt(cause);
        }
    }

    void onWritabilityChanged() {
        if (state == State.UP && channel.isWritable() && !outbox().isEmpty() && outbox().claimWake()) {
            transport.loops().execute(drainTask);
        }
    }

    /** Deadline, silence and heartbeat, judged at {@code nowNs}. */
    void onTick(long nowNs) {
        TcpConfig.Times times = transport.config().times();
        boolean late = nowNs - startedNs > times.handshakeMaxNs();
        if (state == State.SECURING) {
            endIf(late, "TLS was not done in time.");
        } else if (state == State.SHAKING) {
            boolean mute = handshake != null && !handshake.hasHeard();
            endIf(mute && nowNs - shakingNs > times.firstFrameMaxNs(), "the first frame did not come in time.");
            endIf(late, "the handshake was not done in time.");
        } else if (state == State.UP) {
            tickLink(nowNs, times);
        }
    }

    private void endIf(boolean late, String sentence) {
        if (late && state != State.OVER) {
            transport.counters().countLateHandshake();
            refuse(LinkAudit.Cause.LATE, LinkDown.Cause.SILENT, sentence);
        }
    }

    private void tickLink(long nowNs, TcpConfig.Times times) {
        if (!channel.config().isAutoRead()) {
            heardNs = nowNs; // It is this side that does not listen.
        }
        if (nowNs - heardNs > 2 * times.heartbeatNs()) {
            transport.counters().countSilent();
            end(LinkDown.Cause.SILENT, "nothing was heard from member " + peer().memberId() + " for two heartbeats.");
        } else if (nowNs - spokeNs >= times.heartbeatNs() && channel.isWritable() && outbox().isEmpty()) {
            say(HEARTBEAT);
        }
    }

    /** Judges the peer's certificate again: by new material, or because time passed. */
    void onTrustTick(boolean renewed) {
        if (door == null || (state != State.SHAKING && state != State.UP)) {
            return;
        }
        Optional<String> refusal = door.refusalNow(renewed);
        if (refusal.isPresent()) {
            transport.counters().countUntrusted();
            refuse(LinkAudit.Cause.CERTIFICATE, LinkDown.Cause.UNTRUSTED, refusal.get());
        }
    }

    /** This process did not run for a while: silence during that time is not the peer's. */
    void forgiveSilence(long nowNs) {
        heardNs = nowNs;
    }

    private void refuse(LinkAudit.Cause cause, LinkDown.Cause down, String sentence) {
        if (state != State.OVER) {
            transport.audit(cause, role.address(), sentence, door == null ? "" : door.fingerprint());
            end(down, sentence);
        }
    }

    /** The one way out. Tells whoever must know, once. */
    void end(LinkDown.Cause cause, String sentence) {
        if (state == State.OVER) {
            return;
        }
        boolean wasUp = state == State.UP;
        state = State.OVER;
        open = false;
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
        if (door != null) {
            door.abandon();
        }
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

    private void drain() {
        try {
            writeWaiting();
        } catch (Throwable e) {
            transport.loops().halt(e);
        }
    }

    /** Everything that waits goes out in batches with one flush, as far as the socket's own buffer takes it. */
    private void writeWaiting() {
        FrameOutbox box = outbox();
        box.wakeTaken();
        boolean wrote = gathered != null;
        writeGathered();
        while (state == State.UP && channel.isWritable() && !box.isEmpty()) {
            ByteBuf batch = transport.loops().buffers().takeBatch(channel.alloc());
            box.moveTo(batch);
            TcpLoops.leave(channel.write(batch, channel.voidPromise()));
            wrote = true;
        }
        if (wrote) {
            channel.flush();
            spokeNs = transport.loops().nowNs();
        }
    }

    private void say(ByteBuffer frame) {
        ByteBuf out = channel.alloc().directBuffer(frame.remaining());
        out.writeBytes(frame.duplicate());
        TcpLoops.leave(channel.writeAndFlush(out, channel.voidPromise()));
        spokeNs = transport.loops().nowNs();
    }
}
