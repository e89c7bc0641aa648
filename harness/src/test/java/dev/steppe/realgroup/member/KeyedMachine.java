package dev.steppe.realgroup.member;

import dev.steppe.base.OperatingFault;
import dev.steppe.check.AppendListModel.Prefix;
import dev.steppe.raft.api.machine.EntryPosition;
import dev.steppe.raft.api.machine.SnapshotImage;
import dev.steppe.raft.api.machine.SnapshotSink;
import dev.steppe.raft.api.machine.SnapshotSource;
import dev.steppe.raft.api.machine.StateMachine;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One list that commands append to, and registers that commands set. Owned by the apply agent; {@link #view} is for any
 * thread. The list's array only grows, so an image and a view may share it.
 */
final class KeyedMachine implements StateMachine<Prefix> {
    /** Three words: whether it sets a register, the key, the id or the value. */
    static final int COMMAND_BYTES = 3 * Long.BYTES;

    private static final int PIECE_WORDS = 1_024;

    private long[] ids = new long[PIECE_WORDS];
    private int idCount;
    private Prefix list = Prefix.EMPTY;
    private long[] registers = new long[16];
    private long registersHash;
    private volatile View view = new View(ids, 0, 0);
    private int restoreCount;

    /** The list at one index, and how often the machine took its state from a snapshot. */
    static final class View {
        private final long[] ids;
        private final int idCount;
        private final int restoreCount;

        private View(long[] ids, int idCount, int restoreCount) {
            this.ids = ids;
            this.idCount = idCount;
            this.restoreCount = restoreCount;
        }

        /** All ids in their order, a blank before each. */
        String ids() {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < idCount; i++) {
                line.append(' ').append(ids[i]);
            }
            return line.toString();
        }

        int restoreCount() {
            return restoreCount;
        }
    }

    static void encode(UnsafeBuffer buffer, boolean isWrite, long key, long value) {
        buffer.putLong(0, isWrite ? 1 : 0, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(Long.BYTES, key, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(2 * Long.BYTES, value, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Prefix apply(EntryPosition at, DirectBuffer buffer, int offset, int length) {
        long key = buffer.getLong(offset + Long.BYTES, ByteOrder.LITTLE_ENDIAN);
        long value = buffer.getLong(offset + 2 * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
        if (buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN) == 1) {
            set((int) key, value);
            return Prefix.EMPTY;
        }
        if (idCount == ids.length) {
            ids = Arrays.copyOf(ids, 2 * idCount);
        }
        ids[idCount++] = value;
        list = list.plus(value);
        return list;
    }

    private void set(int key, long value) {
        if (key >= registers.length) {
            registers = Arrays.copyOf(registers, Integer.highestOneBit(key) * 2);
        }
        registersHash ^= rowHash(key, registers[key]) ^ rowHash(key, value);
        registers[key] = value;
    }

    private static long rowHash(long key, long value) {
        return value == 0 ? 0 : new Prefix(key, value).plus(key).hash();
    }

    @Override
    public void applied(long index, long logTimeMs) {
        view = new View(ids, idCount, restoreCount);
    }

    @Override
    public long stateHash() {
        return list.hash() ^ registersHash;
    }

    /** The list now. Apply agent. */
    Prefix list() {
        return list;
    }

    /** What a register holds. Apply agent. */
    long register(long key) {
        return key < registers.length ? registers[(int) key] : 0;
    }

    /** The list when something was applied last. Any thread. */
    View view() {
        return view;
    }

    @Override
    public SnapshotImage capture() {
        return new Image(ids, idCount, registers.clone());
    }

    @Override
    public void restore(SnapshotSource source) throws OperatingFault {
        Words words = new Words(source);
        registers = new long[(int) words.next()];
        idCount = (int) words.next();
        ids = new long[Math.max(PIECE_WORDS, idCount)];
        registersHash = 0;
        for (int key = 0; key < registers.length; key++) {
            registers[key] = words.next();
            registersHash ^= rowHash(key, registers[key]);
        }
        list = Prefix.EMPTY;
        for (int i = 0; i < idCount; i++) {
            ids[i] = words.next();
            list = list.plus(ids[i]);
        }
        restoreCount++;
    }

    /** The words of one state: how many registers, how long the list, registers, list. */
    private static final class Image implements SnapshotImage {
        private final long[] ids;
        private final int idCount;
        private final long[] registers;
        private int writtenCount;

        Image(long[] ids, int idCount, long[] registers) {
            this.ids = ids;
            this.idCount = idCount;
            this.registers = registers;
        }

        @Override
        public boolean writeTo(SnapshotSink sink) throws OperatingFault {
            int wordCount = 2 + registers.length + idCount;
            int count = Math.min(PIECE_WORDS, wordCount - writtenCount);
            UnsafeBuffer piece = new UnsafeBuffer(new byte[count * Long.BYTES]);
            for (int i = 0; i < count; i++) {
                piece.putLong(i * Long.BYTES, word(writtenCount + i), ByteOrder.LITTLE_ENDIAN);
            }
            sink.put(piece, 0, piece.capacity());
            writtenCount += count;
            return writtenCount == wordCount;
        }

        private long word(int at) {
            if (at < 2) {
                return at == 0 ? registers.length : idCount;
            }
            return at - 2 < registers.length ? registers[at - 2] : ids[at - 2 - registers.length];
        }
    }

    /** Reads an image word by word. */
    private static final class Words {
        private final SnapshotSource source;
        private final UnsafeBuffer word = new UnsafeBuffer(new byte[Long.BYTES]);

        Words(SnapshotSource source) {
            this.source = source;
        }

        long next() throws OperatingFault {
            int readBytes = 0;
            while (readBytes < Long.BYTES) {
                int moreBytes = source.read(word, readBytes, Long.BYTES - readBytes);
                if (moreBytes == SnapshotSource.END) {
                    throw new OperatingFault("the image ends inside a word");
                }
                readBytes += moreBytes;
            }
            return word.getLong(0, ByteOrder.LITTLE_ENDIAN);
        }
    }
}
