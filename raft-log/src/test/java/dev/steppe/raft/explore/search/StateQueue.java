package dev.steppe.raft.explore.search;

import java.util.ArrayDeque;

/** Encoded states, first in first out, as unsigned numbers of seven bits a byte; chunks that were read are let go. */
public final class StateQueue {
    private static final int CHUNK_BYTES = 1 << 18;
    private static final int WORD_BYTES_MAX = 5;

    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private byte[] written = new byte[CHUNK_BYTES];
    private byte[] read = written;
    private int writeOffset;
    private int readOffset;
    private long writtenCount;
    private long readCount;

    /** How many states wait. */
    public long waitingCount() {
        return writtenCount - readCount;
    }

    /** How many states were ever put. */
    public long writtenCount() {
        return writtenCount;
    }

    /** Puts the first {@code count} words, none of them negative. */
    public void put(int[] words, int count) {
        writtenCount++;
        writeWord(count);
        for (int i = 0; i < count; i++) {
            writeWord(words[i]);
        }
    }

    /** Takes the next state into {@code words}, which is long enough; returns how many words it has. */
    public int take(int[] words) {
        readCount++;
        int count = readWord();
        for (int i = 0; i < count; i++) {
            words[i] = readWord();
        }
        return count;
    }

    private void writeWord(int word) {
        if (writeOffset + WORD_BYTES_MAX > CHUNK_BYTES) {
            chunks.addLast(new byte[CHUNK_BYTES]);
            written = chunks.peekLast();
            writeOffset = 0;
        }
        int rest = word;
        while (rest > 0x7F) {
            written[writeOffset++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        written[writeOffset++] = (byte) rest;
    }

    private int readWord() {
        if (readOffset + WORD_BYTES_MAX > CHUNK_BYTES) {
            read = chunks.removeFirst();
            readOffset = 0;
        }
        int word = 0;
        int shift = 0;
        byte next;
        do {
            next = read[readOffset++];
            word |= (next & 0x7F) << shift;
            shift += 7;
        } while (next < 0);
        return word;
    }
}
