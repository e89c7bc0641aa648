package dev.steppe.raft.node.disk;

import dev.steppe.base.Invariant;
import dev.steppe.base.OperatingFault;
import dev.steppe.raft.core.RaftInput;
import dev.steppe.raft.log.layout.LogPosition;
import dev.steppe.raft.message.MembershipCodec;
import dev.steppe.raft.message.RaftMessage.SnapshotAsk;
import dev.steppe.raft.message.RaftMessageDecoder;
import dev.steppe.raft.message.RaftMessageEncoder;
import dev.steppe.raft.node.mail.CapturedImage;
import dev.steppe.raft.node.mail.NodeMail;
import dev.steppe.raft.node.mail.SnapshotNews;
import dev.steppe.raft.node.mail.SnapshotWish;
import dev.steppe.raft.quorum.Membership;
import dev.steppe.raft.snapshot.ChunkVerdict;
import dev.steppe.raft.snapshot.SnapshotHeader;
import dev.steppe.raft.snapshot.SnapshotPosition;
import dev.steppe.raft.snapshot.SnapshotProgress;
import dev.steppe.raft.snapshot.SnapshotReader;
import dev.steppe.raft.snapshot.SnapshotReceiver;
import dev.steppe.raft.snapshot.SnapshotSender;
import dev.steppe.raft.snapshot.SnapshotShelf;
import dev.steppe.raft.snapshot.SnapshotWriter;
import dev.steppe.raft.storage.StorageDirectory;
import dev.steppe.runtime.BelledAgent;
import dev.steppe.runtime.BlockingAgent;
import dev.steppe.runtime.handover.Doorbell;
import dev.steppe.transport.Link;
import dev.steppe.transport.OfferVerdict;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Owns the snapshot files: writes images, takes pieces from a leader, reads pieces for followers, one bounded piece of
 * work a turn. What it has it tells the consensus agent, once the file has been read back and believed. The first fault
 * of the disk ends it.
 */
public final class SnapshotAgent implements BlockingAgent, BelledAgent {
    private static final long FORCE_EVERY_BYTES = 4L << 20;
    private static final int WISH_COUNT = 16;
    private static final long SPACE_RETRY_NS = TimeUnit.SECONDS.toNanos(1);

    private final StorageDirectory directory;
    private final SnapshotShelf shelf;
    private final SnapshotReceiver receiver;
    private final NodeMail mail;
    private final LogAgent.Watch watch;
    private final RaftMessageDecoder decoder;
    private final RaftMessageEncoder encoder;
    private final ByteBuffer frameBytes;
    private final UnsafeBuffer frame;
    private final MembershipCodec memberships = new MembershipCodec();
    private final Deque<SnapshotNews> untold = new ArrayDeque<>();
    private final List<SnapshotSender> senders = new ArrayList<>();
    private final Consumer<CapturedImage> capturing = this::begin;
    private final Consumer<SnapshotWish> wishing = this::perform;
    private final MessageHandler chunkHandler = this::onChunk;
    private @Nullable SnapshotWriter writer;
    private @Nullable SnapshotHeader awaited;
    private @Nullable OperatingFault fault;
    /** What is wanted again once there may be room for it, and when that is said. */
    private @Nullable Refused refused;

    private boolean isAllKnown = true;
    private long toldIndex;
    private long toldPrefixIndex;

    /** A piece for which there was no room. */
    private record Refused(long index, long offsetBytes, long dueNs) {}

    /** The files of one member. */
    public record Files(StorageDirectory directory, SnapshotShelf shelf, long clusterId) {}

    public SnapshotAgent(
            Files files, NodeMail mail, LogAgent.Watch watch, int recordHeaderBytes, int chunkFrameMaxBytes) {
        directory = files.directory();
        shelf = files.shelf();
        receiver = new SnapshotReceiver(directory, files.clusterId(), FORCE_EVERY_BYTES);
        this.mail = mail;
        this.watch = watch;
        decoder = new RaftMessageDecoder(files.clusterId(), recordHeaderBytes);
        encoder = new RaftMessageEncoder(files.clusterId());
        frameBytes = ByteBuffer.allocateDirect(chunkFrameMaxBytes);
        frame = new UnsafeBuffer(frameBytes);
        SnapshotHeader newest = shelf.newest();
        toldIndex = newest == null ? 0 : newest.position().index();
    }

    /** Where a log goes on that begins behind {@code position}. */
    public static LogPosition logPosition(SnapshotPosition position) {
        return new LogPosition(position.index(), position.term(), position.chainCrc(), position.logTimeMs());
    }

    /** Opens what a leader may want to send at once; before the first turn. */
    public void openNewest() throws OperatingFault {
        SnapshotSender sender = shelf.send();
        if (sender != null) {
            senders.add(sender);
        }
    }

    @Override
    public int doWork() {
        if (fault != null) {
            return 0;
        }
        try {
            tellUntold();
            int workCount = mail.wishes.drain(wishing, WISH_COUNT) + mail.chunks.drain(chunkHandler, 1);
            if (writer == null) {
                workCount += mail.captured.drain(capturing, 1);
            }
            workCount += receive() + write() + prove();
            if (fault != null) {
                throw fault;
            }
            return workCount;
        } catch (OperatingFault first) {
            fault = first;
            mail.faults.offer(first);
            return 1;
        }
    }

    @Override
    public void onClose() {
        close();
    }

    /** When this agent must have a turn although nothing arrives, as a reading of the clock. */
    public long nextDeadlineNs() {
        Refused waiting = refused;
        return waiting == null ? Long.MAX_VALUE : waiting.dueNs();
    }

    /** Gives up what is half done, and closes the files. Idempotent. */
    public void close() {
        receiver.close();
        senders.forEach(SnapshotSender::close);
        senders.clear();
        if (writer != null) {
            writer.close();
        }
    }

    @Override
    public Doorbell doorbell() {
        return mail.snapshotBell;
    }

    @Override
    public String roleName() {
        return "snapshot";
    }

    private void begin(CapturedImage captured) {
        try {
            writer = new SnapshotWriter(directory, captured.header(), captured.image(), FORCE_EVERY_BYTES);
        } catch (OperatingFault first) {
            fault = first;
        }
    }

    private int write() throws OperatingFault {
        SnapshotWriter writing = writer;
        if (writing == null) {
            return 0;
        }
        SnapshotProgress progress = writing.step();
        if (progress != SnapshotProgress.GOES_ON) {
            writer = null;
        }
        if (progress == SnapshotProgress.DONE) {
            shelf.added(writing.header().position());
            isAllKnown = false;
            watch.notes().snapshot("taken", writing.header().position().index());
        }
        return 1;
    }

    private void onChunk(int type, DirectBuffer buffer, int offset, int length) {
        if (decoder.decode(buffer, offset, length) != RaftMessageDecoder.Verdict.DECODED
                || !(decoder.message() instanceof SnapshotAsk ask)) {
            throw Invariant.broken("a piece that was one before: length", length);
        }
        SnapshotReceiver.Chunk chunk = new SnapshotReceiver.Chunk(
                ask.term(), ask.snapshotIndex(), ask.snapshotTerm(), ask.totalBytes(), ask.offsetBytes());
        try {
            answer(chunk, receiver.take(chunk, buffer, decoder.bytesOffset(), ask.chunkBytes()));
        } catch (OperatingFault first) {
            fault = first;
        }
    }

    private void answer(SnapshotReceiver.Chunk chunk, ChunkVerdict verdict) {
        switch (verdict) {
            case WHOLE -> { // Answered once the file has been examined.
            }
            case RECEIVED -> await(receiver.received());
            case STORED, NOT_NEXT -> tellStored(chunk.index(), receiver.nextOffsetBytes(chunk));
            case NO_SPACE -> // The leader would send the piece again at once.
                refused = new Refused(
                        chunk.index(), chunk.offsetBytes(), watch.clock().nanoTime() + SPACE_RETRY_NS);
            case OLDER, REFUSED -> tellStored(chunk.index(), 0);
        }
    }

    private void tellStored(long index, long nextOffsetBytes) {
        tell(new SnapshotNews.Input(new RaftInput.ChunkStored(index, nextOffsetBytes)));
    }

    private int receive() throws OperatingFault {
        if (!receiver.isWhole()) {
            return 0;
        }
        long index = receiver.wholeIndex();
        SnapshotProgress progress = receiver.step();
        if (progress == SnapshotProgress.DONE) {
            SnapshotHeader header = receiver.received();
            if (header == null) {
                throw Invariant.broken("a received snapshot without a header: index", index);
            }
            shelf.added(header.position());
            isAllKnown = false;
            watch.notes().snapshot("received", header.position().index());
            await(header);
        } else if (progress != SnapshotProgress.GOES_ON) {
            tellStored(index, 0);
        }
        return 1;
    }

    /** The core hears of it once the shelf believes it as well: then it can be restored from. */
    private void await(@Nullable SnapshotHeader header) {
        awaited = header;
    }

    private int prove() throws OperatingFault {
        if (!isAllKnown && shelf.proveNext()) {
            return 1;
        }
        boolean isNews = !isAllKnown || awaited != null;
        isAllKnown = true;
        if (isNews) {
            tellWhatStands();
        }
        return isNews ? 1 : 0;
    }

    private void tellWhatStands() throws OperatingFault {
        SnapshotHeader hoped = awaited;
        if (hoped != null && !shelf.isProven(hoped.position())) {
            // It was whole when it was received and cannot be read now: it has to come anew.
            awaited = null;
            receiver.disbelieve();
            tellStored(hoped.position().index(), 0);
        }
        SnapshotHeader newest = shelf.newest();
        if (newest == null) {
            return;
        }
        long index = newest.position().index();
        SnapshotSender sender = index > toldIndex ? shelf.send() : null;
        if (sender != null) {
            senders.add(sender);
            toldIndex = index;
        }
        if (awaited != null) {
            SnapshotPosition position = awaited.position();
            tell(new SnapshotNews.Received(logPosition(position)));
            tell(new SnapshotNews.Input(
                    new RaftInput.SnapshotReceived(position.index(), position.term(), membershipOf(awaited))));
            awaited = null;
        } else if (sender != null) {
            tell(new SnapshotNews.Input(new RaftInput.SnapshotTaken(
                    index, newest.position().term(), sender.totalBytes(), membershipOf(newest))));
        }
        removeOld();
    }

    private void removeOld() throws OperatingFault {
        long prefixIndex = shelf.prefixEndIndex();
        if (prefixIndex <= toldPrefixIndex) {
            return;
        }
        toldPrefixIndex = prefixIndex;
        for (int i = senders.size() - 1; i >= 0; i--) {
            SnapshotSender sender = senders.get(i);
            if (sender.position().index() < prefixIndex) {
                tell(new SnapshotNews.Input(
                        new RaftInput.SnapshotGone(sender.position().index())));
                sender.close();
                senders.remove(i);
            }
        }
        while (shelf.removeNext()) {
            isAllKnown = false;
        }
        tell(new SnapshotNews.Prefix(prefixIndex));
    }

    private void perform(SnapshotWish wish) {
        try {
            if (wish instanceof SnapshotWish.Send send) {
                send(send.ask(), send.toMember());
            } else if (wish instanceof SnapshotWish.Restore restore) {
                SnapshotReader reader = shelf.read();
                if (reader == null || reader.header().position().index() != restore.index()) {
                    throw new OperatingFault("the snapshot up to entry " + restore.index()
                            + " was received and is gone; check the disk");
                }
                mail.restores.offer(reader);
            }
        } catch (OperatingFault first) {
            fault = first;
        }
    }

    private void send(SnapshotAsk ask, int toMember) throws OperatingFault {
        Link link = mail.links.get(toMember);
        SnapshotSender sender = senderOf(ask.snapshotIndex());
        if (link == null || sender == null) {
            mail.unsentMessageCount.incrementAndGet();
            return;
        }
        int headBytes = encoder.encode(ask, frame, 0);
        frameBytes.clear().position(headBytes).limit(headBytes + ask.chunkBytes());
        int readBytes = sender.read(ask.offsetBytes(), frameBytes);
        if (readBytes != ask.chunkBytes() || link.offer(frame, 0, headBytes + readBytes) != OfferVerdict.SENT) {
            mail.unsentMessageCount.incrementAndGet();
        }
    }

    private @Nullable SnapshotSender senderOf(long index) {
        for (SnapshotSender sender : senders) {
            if (sender.position().index() == index) {
                return sender;
            }
        }
        return null;
    }

    private Membership membershipOf(SnapshotHeader header) {
        byte[] bytes = header.membership();
        Membership membership = memberships.decode(new UnsafeBuffer(bytes), 0, bytes.length);
        if (membership == null) {
            throw Invariant.broken(
                    "a snapshot without a membership: index", header.position().index());
        }
        return membership;
    }

    /** The consensus agent may be busy; nothing overtakes what waits for it. */
    private void tell(SnapshotNews news) {
        untold.addLast(news);
        tellUntold();
    }

    private void tellUntold() {
        Refused again = refused;
        if (again != null && watch.clock().nanoTime() - again.dueNs() >= 0) {
            refused = null;
            tellStored(again.index(), again.offsetBytes());
        }
        while (!untold.isEmpty() && mail.news.offer(untold.getFirst())) {
            untold.removeFirst();
        }
    }
}
