package io.rebalancer.core.estimate;

import io.rebalancer.core.evacuate.EndEstimate;
import io.rebalancer.core.settings.OpenTime;
import io.rebalancer.core.settings.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the end of a pass is estimated. The likely end is the work that is left divided by the present rate. The late end
 * allows for what is uncertain: the rate, the number of records in rows that are not read yet, and whatever made earlier
 * estimates of the job wrong. These errors multiply, so their logarithms are added.
 */
public final class EstimateRules {
    /** Fewer records do not show how many follow. */
    static final long MIN_FOUND = 100;
    /** A smaller share of the rows does not show how many records follow. */
    static final double MIN_SHARE = 0.01;
    /** A rate of a shorter time is one of a few assignments. */
    static final Duration MIN_OBSERVED = Duration.ofSeconds(20);
    /** Nine out of ten values of a normal distribution are below its mean plus so many standard deviations. */
    public static final double NINE_OUT_OF_TEN = 1.2816;
    /** What is never measured, such as the end of a pass, at which fewer and fewer assignments are in flight. */
    private static final double UNMEASURED = 0.1;
    /** Shares of the records, in percent, at which an estimate is kept. */
    private static final List<Integer> KEPT_AT = List.of(25, 50, 75);

    private EstimateRules() {}

    /** @param windows the pass runs while all of them are open */
    public static PassEstimate of(PassMeasure pass, List<Window> windows, Instant now) {
        boolean complete = pass.share().isComplete();
        long known = pass.done() + pass.found();
        if (!complete && (known < MIN_FOUND || pass.share().fraction() < MIN_SHARE)) {
            return PassEstimate.unknown("too little is read: " + known + " records in "
                    + percentText(pass.share().fraction()) + " of the rows; it needs " + MIN_FOUND + " records in "
                    + percentText(MIN_SHARE));
        }
        if (pass.rate().seconds() < MIN_OBSERVED.toSeconds()) {
            return PassEstimate.unknown("the rate is measured after " + MIN_OBSERVED.toSeconds()
                    + " s of work; the job has started or continued a moment ago");
        }
        if (pass.rate().records() == 0) {
            return PassEstimate.unknown(String.format(
                    Locale.ROOT,
                    "no record was done in the last %.0f s; see what the job waits for",
                    pass.rate().seconds()));
        }
        double seconds = seconds(pass);
        double longer = seconds * Math.exp(NINE_OUT_OF_TEN * deviation(pass));
        Optional<Instant> likely = OpenTime.end(windows, now, ofSeconds(seconds));
        Optional<Instant> late = OpenTime.end(windows, now, ofSeconds(longer));
        if (likely.isEmpty() || late.isEmpty()) {
            return PassEstimate.unknown("the windows are not open long enough within a year");
        }
        return new PassEstimate(likely, late, Optional.of(pass.percent()), basis(pass, windows));
    }

    /** The estimate that has to be kept now; empty if none has. */
    public static Optional<EndEstimate> due(PassEstimate estimate, List<EndEstimate> kept, Instant now) {
        int last = kept.stream()
                .filter(each -> each.endedAt().isEmpty())
                .mapToInt(EndEstimate::percent)
                .max()
                .orElse(0);
        return estimate.percent()
                .filter(percent -> KEPT_AT.stream().anyMatch(at -> last < at && percent >= at))
                .flatMap(percent -> estimate.likely()
                        .flatMap(likely -> estimate.late()
                                .map(late -> new EndEstimate(now, percent, likely, late, Optional.empty()))));
    }

    /** Records or bytes limit the pass, whatever takes longer. */
    private static double seconds(PassMeasure pass) {
        double byRecords = pass.left() / pass.rate().recordsPerSecond();
        return pass.rate().bytes() == 0
                ? byRecords
                : Math.max(byRecords, pass.bytesLeft() / pass.rate().bytesPerSecond());
    }

    /** The standard deviation of the logarithm of the time that is left. */
    private static double deviation(PassMeasure pass) {
        double rate = pass.rate().relativeError();
        double density = pass.share().isComplete() ? 0 : (1 - pass.share().fraction()) / (pass.done() + pass.found());
        double earlier = pass.earlier().stream()
                .flatMap(each -> each.error().stream())
                .mapToDouble(error -> Math.log(error) * Math.log(error))
                .average()
                .orElse(0);
        // Twice: the rate of the time that is left wavers as much as the measured one.
        return Math.sqrt(UNMEASURED * UNMEASURED + 2 * rate * rate + density + earlier);
    }

    private static Duration ofSeconds(double seconds) {
        return Duration.ofMillis((long) Math.min(Math.ceil(seconds * 1000), Long.MAX_VALUE / 4.0));
    }

    private static String basis(PassMeasure pass, List<Window> windows) {
        return String.format(
                        Locale.ROOT,
                        "about %d records are left at %.1f records/s and %.1f MB/s, measured over %.0f s; %s of the rows are"
                                + " read",
                        pass.left(),
                        pass.rate().recordsPerSecond(),
                        pass.rate().bytesPerSecond() / 1e6,
                        pass.rate().seconds(),
                        percentText(pass.share().fraction()))
                + (windows.isEmpty() ? "" : "; counted only while the window is open")
                + "; the verification follows and is not included";
    }

    private static String percentText(double fraction) {
        return String.format(Locale.ROOT, "%.1f %%", fraction * 100);
    }
}
