package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.MetadataRecord;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An agent has asked nodes 1 and 2. The object is lost only if the record, as it is now, names no other node. */
class LossRuleTest {
    private static final CopyTask TASK = new CopyTask(
            Samples.ref(1),
            Samples.uuid(1),
            Samples.uuid(0),
            5,
            Samples.MD5,
            List.of(Samples.location(2).storageNode(), Samples.LEAVING.storageNode()));
    private static final UnmovedRecord REPORTED = new UnmovedRecord(
            Samples.ref(1),
            UnmovedRecord.Kind.FAILED,
            Reason.UNRECOVERABLE,
            "2.stor answered 404; 1.stor answered 404");

    private static UnmovedRecord judge(MetadataRecord live) {
        return LossRule.judge(TASK, REPORTED, Optional.of(live));
    }

    private static void assertNotProved(UnmovedRecord judged, String why) {
        assertThat(judged.reason()).isEqualTo(Reason.SOURCE_OBJECT_NOT_FOUND);
        assertThat(judged.kind()).isEqualTo(UnmovedRecord.Kind.SKIPPED);
        assertThat(judged.record()).isEqualTo(REPORTED.record());
        assertThat(judged.detail()).contains(why).endsWith(REPORTED.detail());
    }

    @Test
    void anObjectIsLostIfEveryNodeOfItsRecordWasAsked() {
        assertThat(judge(Samples.record(Samples.uuid(1), 1, 2))).isEqualTo(REPORTED);
        assertThat(judge(Samples.record(Samples.uuid(1), 1))).isEqualTo(REPORTED);
    }

    @Test
    void anObjectIsNotLostIfItsRecordNamesAnotherNode() {
        assertNotProved(
                judge(Samples.record(Samples.uuid(1), 1, 2, 9)),
                "also names " + Samples.location(9).storageNode());
    }

    @Test
    void anObjectIsNotLostIfAUserHasDeletedOrReplacedIt() {
        assertNotProved(LossRule.judge(TASK, REPORTED, Optional.empty()), "is gone");
        assertNotProved(judge(Samples.record(Samples.uuid(2), 1, 2)), "has changed");
        MetadataRecord same = Samples.record(Samples.uuid(1), 1, 2);
        MetadataRecord longer = new MetadataRecord(
                same.ref(), same.etag(), same.objectId(), same.owner(), 6, same.md5(), same.copies(), same.document());
        assertNotProved(judge(longer), "has changed");
    }

    @Test
    void anObjectIsNotLostWhileItsRecordCannotBeRead() {
        assertNotProved(LossRule.unread(REPORTED, "shard 1 is away"), "shard 1 is away");
    }

    @Test
    void onlyAReportedLossIsJudged() {
        assertThat(LossRule.appliesTo(REPORTED)).isTrue();
        assertThat(LossRule.appliesTo(Samples.exception(1, Reason.MD5_MISMATCH)))
                .isFalse();
    }
}
