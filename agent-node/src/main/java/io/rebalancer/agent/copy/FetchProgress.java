package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.core.object.StorageNodeId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The sources that are left for a copy, and the content that has arrived. Belongs to the thread that works on the copy. */
final class FetchProgress {
    private final boolean singleSource;
    private final Map<StorageNodeId, CopyFailure> answers = new LinkedHashMap<>();
    private List<StorageNodeId> candidates;
    private int resumptions;
    private boolean hasSeveralSources;
    private @Nullable StorageNodeId source;
    private @Nullable StorageNodeId contentSource;
    private @Nullable IncomingObject object;

    FetchProgress(List<StorageNodeId> sources) {
        this.candidates = sources;
        this.singleSource = sources.size() == 1;
    }

    /** An attempt with the first candidate starts. */
    void startAttempt() {
        source = candidates.get(0);
    }

    /** The source of the attempt that runs, or of the last one. */
    StorageNodeId source() {
        return Objects.requireNonNull(source, "a copy without an attempt");
    }

    /** The sources that are left, the next one first. */
    List<StorageNodeId> candidates() {
        return candidates;
    }

    void setCandidates(List<StorageNodeId> left) {
        candidates = left;
    }

    /** The source of the last attempt is not tried again, because of that failure. */
    void recordAnswer(CopyFailure failure) {
        answers.put(source(), failure);
    }

    /** The failure of a copy of which every one of {@code sources} has proved that it has no good copy; else empty. */
    Optional<CopyFailure> loss(List<StorageNodeId> sources) {
        boolean lost = answers.keySet().containsAll(sources)
                && answers.values().stream().allMatch(CopyFailure::provesLoss);
        return lost ? Optional.of(CopyFailure.lost(answers)) : Optional.empty();
    }

    /** The content that has arrived; null before the first attempt, and after its end. */
    @Nullable
    IncomingObject object() {
        return object;
    }

    /** The content of a verified copy. */
    IncomingObject incoming() {
        return Objects.requireNonNull(object, "a verified copy without content");
    }

    /** The bytes of the content that have arrived. */
    long arrivedBytes() {
        return object == null ? 0 : object.writtenBytes();
    }

    void setObject(@Nullable IncomingObject incoming) {
        object = incoming;
    }

    int resumptions() {
        return resumptions;
    }

    void countResumption() {
        resumptions++;
    }

    /** Whether the content that has arrived comes from that source; after a restart, only an order of one source shows it. */
    boolean continuesFrom(StorageNodeId id) {
        return contentSource == null ? singleSource : !hasSeveralSources && contentSource.equals(id);
    }

    /** Content of the current source arrives. */
    void recordContentSource() {
        hasSeveralSources |= arrivedBytes() > 0 && !source().equals(contentSource);
        contentSource = source;
    }

    /** Whether the content that has arrived comes from more than one source. */
    boolean hasSeveralSources() {
        return hasSeveralSources;
    }

    /** No content of an earlier attempt is left. */
    void forgetSources() {
        hasSeveralSources = false;
    }
}
