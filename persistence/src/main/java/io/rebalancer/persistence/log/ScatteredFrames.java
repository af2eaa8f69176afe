package io.rebalancer.persistence.log;

import java.io.IOException;

/** Some frames with events of one segment, by their positions in ascending order. */
record ScatteredFrames(Segment segment, int[] positions, int maxFrameBytes) {
    private static final int DENSE_READ_BYTES = 1 << 20;
    private static final int SPARSE_READ_BYTES = 4 << 10;
    /** Frames are read together if their average distance is at most this. */
    private static final int MAX_GAP_BYTES = 16 << 10;

    /** A window to read them in order. */
    FrameWindow window() {
        int last = positions.length - 1;
        boolean dense = last > 0 && (positions[last] - positions[0]) / last <= MAX_GAP_BYTES;
        return new FrameWindow(
                segment, maxFrameBytes, segment.endPosition(), dense ? DENSE_READ_BYTES : SPARSE_READ_BYTES);
    }

    /** Number of bytes that they take. */
    long bytes() throws IOException {
        FrameWindow window = window();
        long bytes = 0;
        for (int position : positions) {
            bytes += window.bytesAt(position)
                    .orElseThrow(() -> damaged(position))
                    .remaining();
        }
        return bytes;
    }

    /** The frame at one of the positions. */
    Frame frame(FrameWindow window, int position) throws IOException {
        return window.frameAt(position)
                .filter(frame -> frame.kind() == Frame.Kind.EVENTS)
                .orElseThrow(() -> damaged(position));
    }

    private LogException damaged(int position) {
        return new LogException(
                LogException.Kind.CORRUPT,
                segment.name() + " can't be compacted: the frame at byte " + position
                        + " differs from what was written; restore the file from a copy");
    }
}
