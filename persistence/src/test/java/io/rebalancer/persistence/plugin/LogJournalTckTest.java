package io.rebalancer.persistence.plugin;

import org.apache.pekko.persistence.CapabilityFlag;
import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;
import org.junit.runner.RunWith;
import org.scalatestplus.junit.JUnitRunner;

/** Pekko's test kit for journal plugins, with all capabilities. */
@RunWith(JUnitRunner.class)
public class LogJournalTckTest extends JavaJournalSpec {
    public LogJournalTckTest() {
        super(TckSettings.config());
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
