package io.rebalancer.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedJournalTest {
    @TempDir
    private Path directory;

    @Test
    void theSettingsOfAnOperatorWinOverTheDefaultsOfTheLogAndTheseOverThoseOfPekko() throws IOException {
        Config root = ConfigFactory.parseString("rebalancer.log { segment-bytes = 1 MiB, retention.min-age = 1s }")
                .withFallback(ConfigFactory.load());
        Config applied = new EmbeddedJournal(directory).applyTo(root);
        assertThat(applied.getBytes("rebalancer.log.segment-bytes")).isEqualTo(1 << 20);
        assertThat(applied.getDuration("rebalancer.log.retention.min-age")).hasSeconds(1);
        assertThat(applied.getInt("rebalancer.log.retention.keep-segments")).isEqualTo(2);
        assertThat(applied.getString("rebalancer.log.directory")).isEqualTo(directory.toString());
        assertThat(applied.getString("pekko.persistence.journal.plugin")).isEqualTo("rebalancer.log.journal");
    }
}
