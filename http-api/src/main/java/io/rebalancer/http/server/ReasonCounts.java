package io.rebalancer.http.server;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.text.StableWord;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts by reason, as both APIs show them. */
public final class ReasonCounts {

    private ReasonCounts() {}

    /** The counts by stable word (manta.md 4.5, 4.6), the most frequent reason first. */
    public static Map<String, Long> byFrequency(Map<Reason, Long> counts) {
        Map<String, Long> named = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<Reason, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(each -> named.put(StableWord.of(each.getKey()), each.getValue()));
        return named;
    }
}
