package io.rebalancer.core.settings;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Time that counts only while windows are open. */
public final class OpenTime {
    private static final Duration HORIZON = Duration.ofDays(366);

    private OpenTime() {}

    /**
     * When {@code work} is done that begins at {@code start}.
     *
     * @param windows the work is done while all of them are open; none means that it is never held up
     * @return empty if the windows are not open long enough within a year
     */
    public static Optional<Instant> end(List<Window> windows, Instant start, Duration work) {
        if (windows.isEmpty()) {
            return work.compareTo(Duration.ofDays(36_500)) > 0 ? Optional.empty() : Optional.of(start.plus(work));
        }
        Duration left = work;
        Instant now = start;
        Instant horizon = start.plus(HORIZON);
        while (now.isBefore(horizon)) {
            Instant from = now;
            Instant next = windows.stream()
                    .flatMap(window -> window.nextChange(from).stream())
                    .min(Instant::compareTo)
                    .orElse(horizon);
            if (windows.stream().allMatch(window -> window.isOpen(from))) {
                Duration open = Duration.between(from, next);
                if (open.compareTo(left) >= 0) {
                    return Optional.of(from.plus(left));
                }
                left = left.minus(open);
            }
            now = next;
        }
        return Optional.empty();
    }
}
