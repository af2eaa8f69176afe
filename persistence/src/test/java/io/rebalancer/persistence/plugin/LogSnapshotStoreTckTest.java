package io.rebalancer.persistence.plugin;

import org.apache.pekko.persistence.CapabilityFlag;
import org.apache.pekko.persistence.japi.snapshot.JavaSnapshotStoreSpec;
import org.junit.runner.RunWith;
import org.scalatestplus.junit.JUnitRunner;

/** Pekko's test kit for snapshot store plugins, with all capabilities. */
@RunWith(JUnitRunner.class)
public class LogSnapshotStoreTckTest extends JavaSnapshotStoreSpec {
    public LogSnapshotStoreTckTest() {
        super(TckSettings.config());
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
