package io.rebalancer.manager.evacuate.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.MetadataTier;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordSearchTest {
    private record Call(List<UUID> objects, CompletableFuture<List<MetadataRecord>> answer) {
        void reply() {
            answer.complete(objects.stream().map(RecordSearchTest::record).toList());
        }
    }

    private final List<Call> calls = new ArrayList<>();
    private final RecordSearch search = new RecordSearch(objects -> {
        Call call = new Call(objects, new CompletableFuture<>());
        calls.add(call);
        return call.answer();
    });

    private static MetadataRecord record(UUID object) {
        return new MetadataRecord(
                new RecordRef(1, "/" + object),
                "E",
                object,
                new UUID(9, 9),
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of(),
                "{}");
    }

    private static List<UUID> objects(int assignment, int count) {
        return IntStream.range(0, count).mapToObj(i -> new UUID(assignment, i)).toList();
    }

    private static Stream<UUID> found(CompletionStage<List<MetadataRecord>> answer) {
        return answer.toCompletableFuture().join().stream().map(MetadataRecord::objectId);
    }

    @Test
    void requestsThatArriveDuringACallShareTheNextOne() {
        List<CompletionStage<List<MetadataRecord>>> answers = IntStream.range(0, 31)
                .mapToObj(assignment -> search.recordsOf(objects(assignment, 50)))
                .toList();
        assertThat(calls).hasSize(1);
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).reply();
        }
        assertThat(calls.stream().map(call -> call.objects().size())).containsExactly(50, 1000, 500);
        for (int assignment = 0; assignment < answers.size(); assignment++) {
            assertThat(found(answers.get(assignment))).isEqualTo(objects(assignment, 50));
        }
    }

    @Test
    void aLargeRequestIsSplit() {
        CompletionStage<List<MetadataRecord>> answer = search.recordsOf(objects(1, 2500));
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).reply();
        }
        assertThat(calls)
                .hasSize(3)
                .allSatisfy(call -> assertThat(call.objects()).hasSizeLessThanOrEqualTo(MetadataTier.MAX_OBJECT_IDS));
        assertThat(found(answer)).hasSize(2500);
    }

    @Test
    void aFailedCallFailsItsRequestsOnly() {
        CompletionStage<List<MetadataRecord>> failing = search.recordsOf(objects(1, 1));
        CompletionStage<List<MetadataRecord>> waiting = search.recordsOf(objects(2, 1));
        calls.get(0).answer().completeExceptionally(new IllegalStateException("refused"));
        assertThat(failing.toCompletableFuture()).isCompletedExceptionally();
        calls.get(1).reply();
        assertThat(found(waiting)).isEqualTo(objects(2, 1));
    }
}
