package dev.steppe.transport.frame;

import dev.steppe.base.Invariant;
import dev.steppe.transport.PeerIdentity;
import dev.steppe.transport.PeerName;
import dev.steppe.transport.PeerPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a connection becomes a link: the dialler says HELLO, the acceptor WELCOME, the dialler READY. Whatever a peer
 * claims must agree with its certificate, if it has one, and with what it said before on this connection.
 *
 * <p>Owned by the connection's thread. Ends with {@link Step.Up}, {@link Step.Refuse}, {@link Step.Refused} or
 * {@link Step.Bad}; after that no frame may come.
 */
public final class Handshake {
    private static final int SENTENCE_MAX_BYTES = 512;

    private final Terms terms;
    private final boolean dials;
    private final long nonce;
    private final @Nullable PeerName certified;
    private byte expectedKind;
    private @Nullable Greeting heard;

    /**
     * What one side of a lane goes by.
     *
     * @param self who this side is
     * @param lane the lane that both must mean
     * @param policy who is welcome
     */
    public record Terms(PeerIdentity self, String lane, PeerPolicy policy) {}

    /** What the connection does next. */
    public sealed interface Step {
        /** Says this frame and waits for the next. */
        record Say(ByteBuffer frame) implements Step {}

        /** Is a link, after saying {@code frame}, which may be empty. */
        record Up(ByteBuffer frame, PeerIdentity peer) implements Step {}

        /** Tells the peer why it is refused, and ends. */
        record Refuse(ByteBuffer frame, String sentence) implements Step {}

        /** Ends, refused by the peer. */
        record Refused(String sentence) implements Step {}

        /** Ends: what came is not of this conversation. */
        record Bad(String sentence) implements Step {}
    }

    /**
     * A handshake of which nothing was said yet.
     *
     * @param dials whether this side has the first word
     * @param nonce drawn for this connection
     * @param certified whom the peer's certificate names; null without TLS
     */
    public Handshake(Terms terms, boolean dials, long nonce, @Nullable PeerName certified) {
        this.terms = terms;
        this.dials = dials;
        this.nonce = nonce;
        this.certified = certified;
        expectedKind = dials ? FrameLayout.WELCOME : FrameLayout.HELLO;
    }

    /** The dialler's first frame. */
    public ByteBuffer firstFrame() {
        if (!dials) {
            throw Invariant.broken("the acceptor has no first word: expected kind", expectedKind);
        }
        return word(FrameLayout.HELLO, 0);
    }

    /** Whether the peer has said a word that was welcome. */
    public boolean hasHeard() {
        return heard != null;
    }

    /** What follows from one frame of the peer. */
    public Step onFrame(byte kind, DirectBuffer buffer, int offset, int length) {
        if (kind == FrameLayout.REFUSED) {
            return new Step.Refused("refused by the peer: " + sentence(buffer, offset, length));
        }
        if (kind != expectedKind) {
            return new Step.Bad("a frame of kind " + kind + " came in the handshake.");
        }
        Optional<String> broken = Greeting.refusal(buffer, offset, length);
        if (broken.isPresent()) {
            boolean isOther = Greeting.isOfAnotherVersion(buffer, offset, length);
            return isOther ? refuse(broken.get()) : new Step.Bad(broken.get());
        }
        Greeting greeting = Greeting.decode(buffer, offset);
        Optional<String> refusal = refusal(greeting);
        if (refusal.isPresent()) {
            return refuse(refusal.get());
        }
        heard = greeting;
        return advance(greeting);
    }

    /** The step by which this side ends the handshake for a reason of its own. */
    public static Step.Refuse refuse(String sentence) {
        byte[] text = sentence.getBytes(StandardCharsets.UTF_8);
        byte[] body = text.length <= SENTENCE_MAX_BYTES ? text : Arrays.copyOf(text, SENTENCE_MAX_BYTES);
        return new Step.Refuse(ByteBuffer.wrap(FrameLayout.frame(FrameLayout.REFUSED, body)), sentence);
    }

    private Step advance(Greeting greeting) {
        return switch (expectedKind) {
            case FrameLayout.HELLO -> {
                expectedKind = FrameLayout.READY;
                yield new Step.Say(word(FrameLayout.WELCOME, greeting.nonce()));
            }
            case FrameLayout.WELCOME -> new Step.Up(word(FrameLayout.READY, greeting.nonce()), greeting.identity());
            default -> new Step.Up(ByteBuffer.allocate(0), greeting.identity());
        };
    }

    private Optional<String> refusal(Greeting greeting) {
        Greeting earlier = heard;
        if (expectedKind != FrameLayout.HELLO && greeting.echo() != nonce) {
            return Optional.of("the peer answers another connection's greeting.");
        }
        if (earlier != null && !earlier.identity().equals(greeting.identity())) {
            return Optional.of("the peer changed its identity during the handshake.");
        }
        if (!greeting.lane().equals(terms.lane)) {
            return Optional.of("this is lane " + terms.lane + ", and the peer means lane " + greeting.lane() + ".");
        }
        if (certified != null) {
            Optional<String> disagreement = certified.disagreement(greeting.identity());
            if (disagreement.isPresent()) {
                return disagreement;
            }
        }
        return terms.policy.admission(terms.self, greeting.identity());
    }

    private ByteBuffer word(byte kind, long echo) {
        return ByteBuffer.wrap(FrameLayout.frame(kind, new Greeting(terms.self, terms.lane, nonce, echo).encode()));
    }

    /** A sentence from outside, cut to length and without anything that could disturb a log. */
    private static String sentence(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[Math.min(length, SENTENCE_MAX_BYTES)];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("[^ -~]", "?");
    }
}
