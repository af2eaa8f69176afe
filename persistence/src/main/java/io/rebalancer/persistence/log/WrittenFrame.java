package io.rebalancer.persistence.log;

/**
 * A frame and its place in the log. It is durable when its group is forced.
 *
 * @param position of its first byte in the segment
 */
record WrittenFrame(Frame frame, Segment segment, int position, int length) {

    /** Position after its last byte. */
    int endPosition() {
        return position + length;
    }
}
