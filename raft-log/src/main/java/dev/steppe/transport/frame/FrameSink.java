package dev.steppe.transport.frame;

import org.agrona.DirectBuffer;

/** Who gets the frames of one connection. Called by the thread that feeds the {@link FrameCutter}. */
public interface FrameSink {
    /** What became of a frame. */
    enum Verdict {
        /** It was dealt with; the next one may come. */
        TAKEN,
        /** There is no room for it now; the same frame is wanted again later, and nothing before it. */
        NO_ROOM,
        /** The connection is over; nothing is wanted any more. */
        OVER
    }

    /** Longest body that may come next, in bytes; asked for every frame. */
    int bodyMaxBytes();

    /** One frame with a good checksum; the bytes are valid during the call only. */
    Verdict onFrame(byte kind, DirectBuffer buffer, int offset, int length);

    /** The stream is not of our frames; nothing follows. One plain sentence. */
    void onBadFrame(String sentence);
}
