package io.rebalancer.core.estimate;

import io.rebalancer.core.evacuate.EndEstimate;
import java.util.List;

/**
 * What the end of a pass is estimated from.
 *
 * @param done records that the pass has settled or given up
 * @param found records that are read and not done, those in flight included
 * @param inFlight records in assignments that have not ended
 * @param inFlightBytes content bytes of their objects
 * @param most records that the order still allows
 * @param share how much of the metadata is read
 * @param rate of the last minutes
 * @param earlier estimates of earlier passes of the job, with their errors
 */
public record PassMeasure(
        long done,
        long found,
        long inFlight,
        long inFlightBytes,
        long most,
        ScannedShare share,
        MeasuredRate rate,
        List<EndEstimate> earlier) {
    public PassMeasure {
        earlier = List.copyOf(earlier);
    }

    /**
     * Records that the pass still has to move. Rows that are not read yet are taken to name the node as often as those that
     * are.
     */
    long left() {
        double unread = share.isComplete() || share.fraction() == 0
                ? 0
                : (done + found) * (1 - share.fraction()) / share.fraction();
        return Math.max(inFlight, Math.min(most, found + Math.round(unread)));
    }

    /** Content bytes of those records: the unknown ones are taken to be as large as those that were moved. */
    double bytesLeft() {
        double mean = rate.records() == 0 ? 0 : (double) rate.bytes() / rate.records();
        return inFlightBytes + mean * (left() - inFlight);
    }

    /** Share of its records that the pass is done with, in percent. */
    int percent() {
        long all = done + left();
        return all == 0 ? 100 : (int) (100 * done / all);
    }
}
