package io.rebalancer.core.evacuate;

/**
 * Which pass the job is in, and how useful the passes are.
 *
 * @param number the current or last pass, 0 before the first
 * @param fruitlessInARow consecutive passes that settled nothing
 * @param settledBefore the settled records when the pass began
 */
public record PassProgress(int number, int fruitlessInARow, SettledCounts settledBefore) {
    public static final PassProgress NONE = new PassProgress(0, 0, SettledCounts.ZERO);

    /** @param settled the settled records before the event */
    PassProgress after(JobEvent event, SettledCounts settled) {
        if (event instanceof JobEvent.PassStarted e) {
            return new PassProgress(e.pass(), fruitlessInARow, settled);
        }
        if (event instanceof JobEvent.PassFinished) {
            boolean fruitful = settled.total() > settledBefore.total();
            return new PassProgress(number, fruitful ? 0 : fruitlessInARow + 1, settledBefore);
        }
        return this;
    }
}
