package io.rebalancer.persistence.plugin;

import java.time.Duration;
import org.apache.pekko.persistence.CapabilityFlag;
import org.apache.pekko.persistence.japi.journal.JavaJournalPerfSpec;
import org.junit.runner.RunWith;
import org.scalatestplus.junit.JUnitRunner;

/** Pekko's test kit for journal plugins, with all capabilities. */
@RunWith(JUnitRunner.class)
public class LogJournalPerfTckTest extends JavaJournalPerfSpec {
    public LogJournalPerfTckTest() {
        super(TckSettings.config());
    }

    /** The default of 10 s is too short on a busy machine. The test measures; it sets no time to beat. */
    @Override
    public long awaitDurationMillis() {
        return Duration.ofMinutes(2).toMillis();
    }

    /** A tenth of the default: the capabilities do not depend on how many events are measured. */
    @Override
    public int eventsCount() {
        return 1000;
    }

    @Override
    public boolean supportsAtomicPersistAllOfSeveralEvents() {
        return true;
    }

    @Override
    public CapabilityFlag supportsRejectingNonSerializableObjects() {
        return CapabilityFlag.on();
    }

    @Override
    public CapabilityFlag supportsSerialization() {
        return CapabilityFlag.on();
    }

    @Override
    public CapabilityFlag supportsMetadata() {
        return CapabilityFlag.on();
    }
}
