package io.rebalancer.persistence.log;

import java.io.IOException;
import java.util.List;

/** Where things are in one segment. Can always be made anew from the segment. Safe for any threads. */
interface SegmentIndex {

    /**
     * Positions of the frames that hold events of a persistence id from one sequence number to another, both included,
     * in order.
     *
     * @param most how many at most
     */
    int[] positions(long id, long from, long to, int most) throws IOException;

    /** Position of a frame that is not after the event with this number, and not far before it. */
    int mark(long offset);

    /** Numbers of the persistence ids with events here. */
    long[] ids();

    /** The highest sequence number of that id here; 0 if it has no events here. */
    long highest(long id);

    /** Frames that hold no events, in order. */
    List<Frame> facts() throws IOException;
}
