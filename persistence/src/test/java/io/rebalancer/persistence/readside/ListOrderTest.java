package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.JobFilter;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.port.JobHistory.OrphanLine;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every list is read in both orders, with cursors that belong to one of them. */
@Tag("slow")
class ListOrderTest extends ReadSideFixture {
    private static final int JOBS = 5;

    private JobHistory filled(ReadSide readSide) {
        int[] records = IntStream.range(0, 9).toArray();
        for (int number = 0; number < JOBS; number++) {
            storeJob(number, created(number), passStarted(1), excepted(Reason.MD5_MISMATCH, records), planned(0));
            events.add(
                    journalId(number),
                    new JobEvent.CopiesOrphaned(
                            assignmentId(0),
                            node(99).storageNode(),
                            List.of(task(0).objectId(), task(1).objectId()),
                            "lost",
                            CREATED.plusSeconds(number / 2)));
        }
        project(readSide);
        for (int number = 0; number < JOBS; number++) {
            awaitProjection(readSide, number);
        }
        return readSide.history();
    }

    /** Reads a list page by page. */
    @FunctionalInterface
    private interface Ordered<T> {
        CompletionStage<Page<T>> read(ListOrder order, Optional<String> after, int limit);
    }

    private static <T> List<T> all(Ordered<T> list, ListOrder order) throws Exception {
        return all(after -> list.read(order, after, 2));
    }

    private static <T> void assertBothOrders(Ordered<T> list, int size) throws Exception {
        List<T> newest = all(list, ListOrder.NEWEST);
        List<T> oldest = new ArrayList<>(all(list, ListOrder.OLDEST));
        assertThat(newest).hasSize(size).doesNotHaveDuplicates();
        Collections.reverse(oldest);
        assertThat(oldest).isEqualTo(newest);
        for (ListOrder order : ListOrder.values()) {
            ListOrder other = order == ListOrder.NEWEST ? ListOrder.OLDEST : ListOrder.NEWEST;
            Optional<String> cursor = get(list.read(order, Optional.empty(), 1)).next();
            assertThat(cursor).isPresent();
            assertThatThrownBy(() -> get(list.read(other, cursor, 1)))
                    .hasCauseInstanceOf(JobHistory.BadCursor.class)
                    .hasMessageContaining("of a list in another order");
            assertThatThrownBy(() -> get(list.read(order, Optional.of("b2xkZXN0IHg"), 1)))
                    .hasCauseInstanceOf(JobHistory.BadCursor.class)
                    .hasMessageContaining("not a page cursor");
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothOrdersHaveTheSameItems(Database database) throws Exception {
        JobHistory history = filled(open(database));
        assertBothOrders((order, after, limit) -> history.jobs(JobFilter.ALL, order, after, limit), JOBS);
        assertBothOrders((order, after, limit) -> history.exceptions(job(1), Optional.empty(), order, after, limit), 9);
        assertBothOrders(history::audit, JOBS);
        assertBothOrders((order, after, limit) -> history.orphans(Optional.empty(), order, after, limit), 2 * JOBS);
        assertBothOrders((order, after, limit) -> history.orphans(Optional.of(job(2)), order, after, limit), 2);
        List<JobLine> oldest =
                all((order, after, limit) -> history.jobs(JobFilter.ALL, order, after, limit), ListOrder.OLDEST);
        assertThat(oldest).extracting(JobLine::id).first().isEqualTo(job(0));
        List<ExceptionLine> newest = all(
                (order, after, limit) -> history.exceptions(job(1), Optional.empty(), order, after, limit),
                ListOrder.NEWEST);
        assertThat(newest)
                .extracting(ExceptionLine::key)
                .first()
                .isEqualTo(recordRef(8).key());
        List<OrphanLine> orphans =
                all((order, after, limit) -> history.orphans(Optional.empty(), order, after, limit), ListOrder.OLDEST);
        assertThat(orphans).extracting(OrphanLine::recordedAt).isSorted();
    }

    /** The plan of a page begins at the cursor in an index and sorts nothing, in both orders. */
    @ParameterizedTest
    @EnumSource
    void anIndexServesBothOrders(Database database) throws Exception {
        ReadSide readSide = open(database);
        filled(readSide);
        UUID id = job(1);
        for (ListOrder order : ListOrder.values()) {
            assertUsesIndex(
                    database, readSide, JdbcJobHistory.JOBS, order, Map.of(), "job_newest", List.of(CREATED, id));
            assertUsesIndex(
                    database,
                    readSide,
                    JdbcJobHistory.EXCEPTIONS,
                    order,
                    Map.of("job_id", id),
                    "object_exception|primary_key",
                    List.of(5L));
            assertUsesIndex(
                    database,
                    readSide,
                    JdbcJobHistory.AUDIT,
                    order,
                    Map.of(),
                    "audit_newest",
                    List.of(CREATED, "x", 5L));
            assertUsesIndex(
                    database,
                    readSide,
                    JdbcJobHistory.ORPHANS,
                    order,
                    Map.of(),
                    "orphan_newest",
                    List.of(Instant.now(), id, id, id));
        }
    }

    private static <T> void assertUsesIndex(
            Database database,
            ReadSide readSide,
            Listing<T> listing,
            ListOrder order,
            Map<String, ?> filter,
            String index,
            List<?> key) {
        List<String> conditions = new ArrayList<>();
        filter.keySet().forEach(column -> conditions.add(column + " = :" + column));
        conditions.add(listing.behind(order));
        String plan = readSide.tables().read(handle -> {
            if (database == Database.POSTGRESQL) {
                // Tables this small are read without an index otherwise.
                handle.execute("set enable_seqscan = off");
                handle.execute("set enable_bitmapscan = off");
            }
            try (var query = handle.createQuery("explain " + listing.query(conditions, order))) {
                query.bindMap(filter).bind("limit", 10);
                for (int part = 0; part < key.size(); part++) {
                    query.bind(Listing.parameter(part), key.get(part));
                }
                return String.join("\n", query.mapTo(String.class).list());
            }
        });
        assertThat(plan.toLowerCase(Locale.ROOT)).containsPattern(index).doesNotContain("sort key");
        assertThat(plan).contains(database == Database.H2 ? "index sorted" : "Index Cond: ");
    }
}
