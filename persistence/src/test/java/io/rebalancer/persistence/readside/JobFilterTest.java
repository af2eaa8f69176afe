package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.Entities;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.JobFilter;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.registry.RegistryEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The list of jobs by state, storage node and datacenter: complete, newest first, over pages of one job. */
@Tag("slow")
class JobFilterTest extends ReadSideFixture {
    private static final int JOBS = 6;

    /** Jobs 0, 2 and 4 empty one node, the others another; each third job runs. */
    private void storeJobs() {
        for (int number = 0; number < JOBS; number++) {
            CopyLocation leaving = new CopyLocation("dc" + number % 2, new StorageNodeId(number % 2 + ".stor.d"));
            JobEvent created = new JobEvent.JobCreated(leaving, 0, CREATED);
            events.add(
                    Entities.JOB_REGISTRY_ID,
                    new RegistryEvent.JobRegistered(job(number), leaving, 0, CREATED.plusSeconds(number)));
            JobEvent next = switch (number % 3) {
                case 0 -> passStarted(1);
                case 1 -> new JobEvent.JobEnded(JobPhase.FAILED, "planted", CREATED);
                default -> new JobEvent.JobEnded(JobPhase.DONE, "", CREATED);
            };
            store(number, JobState.EMPTY, created, next);
        }
    }

    private static List<Long> numbers(JobHistory history, JobFilter filter) throws Exception {
        return all(after -> history.jobs(filter, after, 1)).stream()
                .map(JobLine::id)
                .map(id -> id.getLeastSignificantBits())
                .toList();
    }

    private static JobFilter filter(Set<JobPhase> states, String node, String datacenter) {
        return new JobFilter(
                states,
                Optional.of(node).filter(text -> !text.isEmpty()),
                Optional.of(datacenter).filter(text -> !text.isEmpty()));
    }

    @ParameterizedTest
    @EnumSource
    void pagesUnderAFilterHaveEachJobOnceNewestFirst(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeJobs();
        project(readSide);
        for (int number = 0; number < JOBS; number++) {
            awaitProjection(readSide, number);
        }
        JobHistory history = readSide.history();
        assertThat(numbers(history, JobFilter.ALL)).containsExactly(5L, 4L, 3L, 2L, 1L, 0L);
        assertThat(numbers(history, filter(Set.of(JobPhase.RUNNING), "", ""))).containsExactly(3L, 0L);
        assertThat(numbers(history, filter(Set.of(JobPhase.DONE, JobPhase.FAILED), "", "")))
                .containsExactly(5L, 4L, 2L, 1L);
        assertThat(numbers(history, filter(Set.of(), "0.stor.d", ""))).containsExactly(4L, 2L, 0L);
        assertThat(numbers(history, filter(Set.of(), "", "dc1"))).containsExactly(5L, 3L, 1L);
        assertThat(numbers(history, filter(Set.of(JobPhase.DONE), "0.stor.d", "dc0")))
                .containsExactly(2L);
        assertThat(numbers(history, filter(Set.of(JobPhase.DONE), "0.stor.d", "dc1")))
                .isEmpty();
        assertThat(numbers(history, filter(Set.of(JobPhase.PAUSED), "", ""))).isEmpty();
    }
}
