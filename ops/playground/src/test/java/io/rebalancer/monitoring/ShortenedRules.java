package io.rebalancer.monitoring;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The rules with all their times divided by {@link #DIVISOR}, so that a test sees an alert within seconds: what follows
 * {@code for:}, the ranges in brackets, and the limits of a minute or more that the age or lag of something, in seconds, is compared
 * with. All else is as in the files, the times that certificates have left too.
 */
public final class ShortenedRules {
    /** 15 minutes become 30 seconds. */
    public static final int DIVISOR = 30;

    private static final int SHORTEST_LIMIT_SECONDS = 60;
    private static final Pattern DURATION = Pattern.compile("(\\bfor: |\\[)(\\d+)([smhd])\\b");
    private static final Pattern LIMIT = Pattern.compile("(_(?:age|lag)_seconds\\)? > )(\\d+)\\b");
    private static final Map<String, Long> MILLIS = Map.of("s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private ShortenedRules() {}

    /** The text of a rule file with shortened times. */
    static String of(String rules) {
        String shortened = DURATION.matcher(rules)
                .replaceAll(found -> found.group(1)
                        + Long.parseLong(found.group(2)) * MILLIS.getOrDefault(found.group(3), 0L) / DIVISOR
                        + "ms");
        return LIMIT.matcher(shortened).replaceAll(found -> found.group(1) + divided(Integer.parseInt(found.group(2))));
    }

    private static String divided(int seconds) {
        if (seconds < SHORTEST_LIMIT_SECONDS) {
            return Integer.toString(seconds);
        }
        return BigDecimal.valueOf(seconds)
                .divide(BigDecimal.valueOf(DIVISOR), 3, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** Writes all rule files with shortened times to a directory. */
    public static List<Path> writeTo(Path directory) throws IOException {
        List<Path> written = new ArrayList<>();
        for (Path file : MonitoringFiles.ruleFiles()) {
            written.add(Files.writeString(directory.resolve(file.getFileName()), of(Files.readString(file))));
        }
        return written;
    }
}
