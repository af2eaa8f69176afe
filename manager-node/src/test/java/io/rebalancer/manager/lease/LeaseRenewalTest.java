package io.rebalancer.manager.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseRenewalTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Lease lease = new Lease(nanos::get);
    private final List<CompletableFuture<Boolean>> questions = new ArrayList<>();
    private final LeaseRenewal renewal = new LeaseRenewal("job=1", lease, last -> {
        CompletableFuture<Boolean> question = new CompletableFuture<>();
        questions.add(question);
        return question;
    });

    @Test
    void aConfirmationOfTheJournalRenewsTheLease() {
        renewal.renew(7);
        assertThat(lease.isHeld()).isFalse();
        questions.get(0).complete(true);
        assertThat(lease.isHeld()).isTrue();
        renewal.renew(7);
        assertThat(questions).as("one question per interval").hasSize(1);
    }

    @Test
    void neitherLaterEventsNorAFailureRenewTheLease() {
        renewal.renew(7);
        questions.get(0).complete(false);
        renewal.renew(7);
        questions.get(1).completeExceptionally(new IllegalStateException("no connection"));
        assertThat(lease.isHeld()).isFalse();
        renewal.renew(7);
        assertThat(questions).as("a new question after each reply").hasSize(3);
    }

    @Test
    void thereIsOneQuestionAtATime() {
        for (int i = 0; i < 10; i++) {
            nanos.addAndGet(LeaseRenewal.INTERVAL.toNanos());
            renewal.renew(7);
        }
        assertThat(questions).hasSize(1);
        questions.get(0).complete(true);
        assertThat(lease.isHeld()).as("the question was asked too long ago").isFalse();
    }
}
