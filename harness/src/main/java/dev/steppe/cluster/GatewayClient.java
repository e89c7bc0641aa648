package dev.steppe.cluster;

import dev.steppe.base.OperatingFault;
import dev.steppe.command.MalformedBytes;
import dev.steppe.gateway.GatewayCodec;
import dev.steppe.gateway.GatewayMessage;
import dev.steppe.gateway.GatewayMessage.Answer;
import dev.steppe.gateway.GatewayMessage.Ask;
import dev.steppe.runtime.handover.Mailbox;
import dev.steppe.server.ServerConfig.ServerLane;
import dev.steppe.transport.Link;
import dev.steppe.transport.LinkDown;
import dev.steppe.transport.LinkListener;
import dev.steppe.transport.OfferVerdict;
import dev.steppe.transport.PeerPolicy;
import dev.steppe.transport.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Asks the servers of one region over the forward lane and finds their leader. Owned by the thread that runs it as an
 * agent; only {@link #post} may be called by others. Every ask is answered once: a server that does not lead, or is
 * busy, is asked again until {@code patienceMs} has passed; an ask whose link ended, or that was not answered within
 * that time, is answered {@code Unknown}.
 */
public final class GatewayClient implements Agent {
    private static final long RETRY_MS = 20;
    private static final int DRAIN_MAX = 1_024;

    private final String name;
    private final List<ServerLane> servers;
    private final Transport transport;
    private final NanoClock clock;
    private final long patienceMs;
    private final Mailbox<Runnable> inbox = new Mailbox<>(65_536);
    private final Map<Integer, Link> links = new TreeMap<>();
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
    private final GatewayCodec codec = new GatewayCodec();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(64 << 10);
    private long nextRequestId = 1;
    private int leaderId = -1;

    /** A client of {@code servers}; dials when its agent starts. */
    public GatewayClient(String name, List<ServerLane> servers, Transport transport, NanoClock clock, long patienceMs) {
        this.name = name;
        this.servers = List.copyOf(servers);
        this.transport = transport;
        this.clock = clock;
        this.patienceMs = patienceMs;
    }

    @Override
    public String roleName() {
        return name;
    }

    @Override
    public void onStart() {
        for (ServerLane server : servers) {
            try {
                transport.dial(
                        server.address(), PeerPolicy.server(server.memberId()), new ServerLink(server.memberId()));
            } catch (OperatingFault fault) {
                throw new IllegalStateException("cannot dial " + server.address(), fault);
            }
        }
    }

    /** Lets the owner run {@code work}; false when the mailbox is full. Any thread. */
    public boolean post(Runnable work) {
        return inbox.offer(work);
    }

    /** Asks; {@code answered} is called once, by the owner. The owner only. */
    public void ask(LongFunction<Ask> ask, Consumer<Answer> answered) {
        long requestId = nextRequestId++;
        waiting.add(new Pending(ask.apply(requestId), answered, nowMs() + patienceMs));
    }

    /** How many asks are not answered yet. The owner only. */
    public int unansweredCount() {
        return waiting.size() + pending.size();
    }

    @Override
    public int doWork() {
        return inbox.drain(Runnable::run, DRAIN_MAX) + sendWaiting() + giveUp();
    }

    /** Asks were made in the order of their ids, each with the same patience: the first one is the most urgent. */
    private int giveUp() {
        long nowMs = nowMs();
        int givenUpCount = 0;
        while (!pending.isEmpty() && pending.firstEntry().getValue().deadlineMs <= nowMs) {
            Pending ask = pending.pollFirstEntry().getValue();
            ask.answered.accept(new GatewayMessage.Unknown(
                    ask.ask.requestId(),
                    "server " + ask.memberId + " did not answer within " + patienceMs + " ms: look, and ask again"));
            givenUpCount++;
        }
        return givenUpCount;
    }

    @Override
    public void onClose() {
        transport.close();
    }

    private long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
    }

    private int sendWaiting() {
        long nowMs = nowMs();
        int sentCount = 0;
        for (int left = waiting.size(); left > 0; left--) {
            Pending ask = waiting.remove();
            if (ask.notBeforeMs > nowMs) {
                waiting.add(ask);
            } else if (send(ask)) {
                sentCount++;
            } else {
                again(ask, nowMs);
            }
        }
        return sentCount;
    }

    private boolean send(Pending ask) {
        Link link = leader();
        if (link == null) {
            return false;
        }
        int lengthBytes = codec.encode(ask.ask, scratch, 0);
        if (lengthBytes > link.frameMaxBytes()) {
            ask.answered.accept(new GatewayMessage.Refused(
                    ask.ask.requestId(),
                    "the ask has " + lengthBytes + " bytes, and a frame takes " + link.frameMaxBytes()
                            + ": ask for less at once"));
            return true;
        }
        if (link.offer(scratch, 0, lengthBytes) != OfferVerdict.SENT) {
            return false;
        }
        ask.memberId = (int) link.peer().memberId();
        pending.put(ask.ask.requestId(), ask);
        return true;
    }

    private @Nullable Link leader() {
        Link known = links.get(leaderId);
        if (known != null || links.isEmpty()) {
            return known;
        }
        List<Link> up = new ArrayList<>(links.values());
        return up.get((int) (nextRequestId % up.size()));
    }

    private void again(Pending ask, long nowMs) {
        if (nowMs >= ask.deadlineMs) {
            ask.answered.accept(new GatewayMessage.Busy(ask.ask.requestId()));
            return;
        }
        ask.notBeforeMs = nowMs + RETRY_MS;
        waiting.add(ask);
    }

    private void onAnswer(Answer answer) {
        Pending ask = pending.remove(answer.requestId());
        if (ask == null) {
            return; // Its link was given up before; it has been answered.
        }
        if (answer instanceof GatewayMessage.NotLeader other) {
            leaderId = other.leaderId();
            again(ask, nowMs());
        } else if (answer instanceof GatewayMessage.Busy) {
            again(ask, nowMs());
        } else {
            leaderId = ask.memberId;
            ask.answered.accept(answer);
        }
    }

    private void onDown(int memberId, Link link) {
        links.remove(memberId, link);
        leaderId = leaderId == memberId ? -1 : leaderId;
        List<Pending> lost = new ArrayList<>();
        for (Iterator<Pending> each = pending.values().iterator(); each.hasNext(); ) {
            Pending ask = each.next();
            if (ask.memberId == memberId) {
                each.remove();
                lost.add(ask);
            }
        }
        for (Pending ask : lost) {
            ask.answered.accept(new GatewayMessage.Unknown(
                    ask.ask.requestId(), "the link to server " + memberId + " ended before it answered"));
        }
    }

    /** One ask on its way. */
    private static final class Pending {
        private final Ask ask;
        private final Consumer<Answer> answered;
        private final long deadlineMs;
        private long notBeforeMs;
        private int memberId;

        private Pending(Ask ask, Consumer<Answer> answered, long deadlineMs) {
            this.ask = ask;
            this.answered = answered;
            this.deadlineMs = deadlineMs;
        }
    }

    /** Hands what comes from one server to the owner. */
    private final class ServerLink implements LinkListener {
        private final int memberId;
        private final GatewayCodec reader = new GatewayCodec();

        private ServerLink(int memberId) {
            this.memberId = memberId;
        }

        @Override
        public void onUp(Link link) {
            mail(link, () -> links.put(memberId, link));
        }

        @Override
        public boolean onFrame(Link link, DirectBuffer buffer, int offset, int length) {
            try {
                if (reader.decode(buffer, offset, length) instanceof Answer answer) {
                    mail(link, () -> onAnswer(answer));
                } else {
                    link.close();
                }
            } catch (MalformedBytes malformed) {
                link.close(); // Not of the conversation.
            }
            return true;
        }

        @Override
        public void onDown(Link link, LinkDown reason) {
            mail(link, () -> GatewayClient.this.onDown(memberId, link));
        }

        @Override
        public void onRefused(String address, String sentence) {
            // Dialled again by the transport; an ask that finds no link waits.
        }

        private void mail(Link link, Runnable work) {
            if (!inbox.offer(work)) {
                link.close(); // The owner has fallen behind by a whole mailbox; a new link starts clean.
            }
        }
    }
}
