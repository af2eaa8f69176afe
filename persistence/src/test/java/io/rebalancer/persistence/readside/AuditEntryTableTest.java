package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditEvent;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.audit.AuditVerifier;
import io.rebalancer.core.port.AuditEntries;
import io.rebalancer.core.port.AuditEntries.Line;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table has the text of each entry once, as it was hashed. */
@Tag("slow")
class AuditEntryTableTest extends ReadSideFixture {
    private static final int COUNT = 450;

    private final List<String> lines = new ArrayList<>();
    private AuditHead last = AuditHead.START;

    private void store(int count) {
        for (int i = 0; i < count; i++) {
            AuditFact fact = AuditFact.requested(
                    UUID.randomUUID(),
                    AuditActor.http("127.0.0.1"),
                    "job.create",
                    "1.stor.d",
                    Map.of("note", "日本 \0 \ud800 \"q\""));
            AuditEntry entry = AuditChain.next(last, CREATED.plusNanos(i), fact);
            events.add(Entities.AUDIT_LOG_ID, new AuditEvent.EntryAppended(entry));
            lines.add(AuditChain.line(entry));
            last = entry.head();
        }
    }

    private void awaitTable(AuditEntries entries) throws Exception {
        await().atMost(TIMEOUT).until(() -> get(entries.lastNumber()) == lines.size());
        List<String> all = new ArrayList<>();
        long after = 0;
        List<Line> page;
        do {
            page = get(entries.after(after, 100));
            all.addAll(page.stream().map(Line::text).toList());
            after += page.size();
        } while (!page.isEmpty());
        assertThat(all).isEqualTo(lines);
        assertThat(AuditVerifier.verify(all.iterator(), Optional.of(last)).finding())
                .isEmpty();
    }

    /** Connections some of which fail, before their work or after their commit. */
    private static ReadSide unreliable(ReadSide reliable, AtomicInteger faults) {
        return new ReadSide(
                () -> {
                    int fault = faults.getAndDecrement();
                    if (fault > 0 && fault % 2 == 0) {
                        throw new SQLException("the connection broke");
                    }
                    return fault > 0
                            ? LostCommitReply.of(reliable.connections().openConnection())
                            : reliable.connections().openConnection();
                },
                reliable.pool(),
                reliable.blocking(),
                reliable.states());
    }

    @ParameterizedTest
    @EnumSource
    void pagesHaveTheEntriesInBothOrders(Database database) throws Exception {
        ReadSide readSide = open(database);
        AuditEntries entries = readSide.auditEntries();
        assertThat(get(entries.lastNumber())).isZero();
        assertThat(get(entries.after(0, 10))).isEmpty();
        store(COUNT);
        project(readSide);
        awaitTable(entries);
        assertThat(get(entries.after(3, 2))).extracting(Line::number).containsExactly(4L, 5L);
        assertThat(get(entries.before(3, 5))).extracting(Line::number).containsExactly(2L, 1L);
        assertThat(get(entries.before(Long.MAX_VALUE, 1))).containsExactly(new Line(COUNT, lines.get(COUNT - 1)));
    }

    @ParameterizedTest
    @EnumSource
    void eachEntryIsThereOnceWhenConnectionsFail(Database database) throws Exception {
        ReadSide readSide = open(database);
        store(COUNT);
        project(unreliable(readSide, new AtomicInteger(12)));
        awaitTable(readSide.auditEntries());
        store(3);
        awaitTable(readSide.auditEntries());
    }

    @ParameterizedTest
    @EnumSource
    void twoProjectorsWriteEachEntryOnce(Database database) throws Exception {
        ReadSide readSide = open(database);
        project(readSide);
        project(readSide);
        store(COUNT);
        awaitTable(readSide.auditEntries());
    }

    @ParameterizedTest
    @EnumSource
    void theEmptiedTableIsFilledAgain(Database database) throws Exception {
        ReadSide readSide = open(database);
        store(COUNT);
        project(readSide);
        awaitTable(readSide.auditEntries());
        readSide.tables().clear();
        awaitTable(readSide.auditEntries());
    }

    @ParameterizedTest
    @EnumSource
    void aRestartedProjectorAsksForLaterEntriesOnly(Database database) throws Exception {
        ReadSide readSide = open(database);
        store(COUNT);
        ActorRef<Projector.Command> first = project(readSide);
        awaitTable(readSide.auditEntries());
        kit.stop(first);
        events.forgetQueries();
        store(1);
        project(readSide);
        awaitTable(readSide.auditEntries());
        assertThat(events.followed()).contains(new EventsInMemory.Followed(Entities.AUDIT_LOG_ID, COUNT + 1L));
    }

    /** An entry that can't be read stops the table before it, and the lists of jobs continue. */
    @ParameterizedTest
    @EnumSource
    void anUnreadableEntryStopsTheAuditLogOnly(Database database) throws Exception {
        ReadSide readSide = open(database);
        store(2);
        events.addUnreadable(Entities.AUDIT_LOG_ID, "a later version");
        project(readSide);
        await().atMost(TIMEOUT).until(() -> get(readSide.auditEntries().lastNumber()) == 2);
        storeJob(0, created(0));
        awaitProjection(readSide, 0);
        assertThat(get(readSide.auditEntries().lastNumber())).isEqualTo(2);
    }
}
