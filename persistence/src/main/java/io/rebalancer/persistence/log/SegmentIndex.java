package io.rebalancer.persistence.log;

import java.io.IOException;
import java.util.List;

/** The positions of frames in one segment. It can always be rebuilt from the segment. Safe for any threads. */
interface SegmentIndex {

    /**
     * Positions, in order, of the frames that hold events of a persistence id between two sequence numbers, both included.
     *
     * @param maxFrames largest number of positions to return
     */
    int[] positions(long id, long from, long to, int maxFrames) throws IOException;

    /** Position of a frame at or shortly before the event at {@code offset}, from which a reader can scan. */
    int scanStart(long offset);

    /** Numbers of the persistence ids that have events in this segment. */
    long[] ids();

    /** The highest sequence number of a persistence id in this segment; 0 if it has no events here. */
    long highest(long id);

    /** The frames without events, in order. */
    List<Frame> controlFrames() throws IOException;
}
