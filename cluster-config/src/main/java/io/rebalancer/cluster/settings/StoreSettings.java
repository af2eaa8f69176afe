package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How an agent writes and keeps object files.
 *
 * @param durability {@code flushed}, {@code read-back} or {@code os}
 * @param quarantine how much the quarantine keeps
 * @param fileMode mode of new files as octal text; empty text for the mode of the object root without the execute bits
 * @param directoryMode mode of new directories as octal text; empty text for the mode of the object root
 */
public record StoreSettings(String durability, QuarantineSettings quarantine, String fileMode, String directoryMode) {

    /**
     * Bounds of the quarantine. The oldest files beyond a bound are removed.
     *
     * @param maxAge longest time that a file is kept, above zero
     * @param maxBytes largest size of all files together, at least 0
     */
    public record QuarantineSettings(Duration maxAge, long maxBytes) {

        public QuarantineSettings {
            if (maxAge.isNegative() || maxAge.isZero()) {
                throw new IllegalArgumentException("quarantine.max-age must be above zero");
            }
            if (maxBytes < 0) {
                throw new IllegalArgumentException("quarantine.max-bytes must be at least 0");
            }
        }
    }

    static StoreSettings from(Config section) {
        return new StoreSettings(
                section.getString("durability"),
                new QuarantineSettings(
                        section.getDuration("quarantine.max-age"), section.getBytes("quarantine.max-bytes")),
                section.getString("file-mode"),
                section.getString("directory-mode"));
    }
}
