package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectRejected;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one attempt to fetch an object from one source, and decides what follows a failure. Blocking.
 *
 * <pre>
 * first candidate ─GET─► length agrees? ─► digest and write ─► verified
 *        ├─ connection broke after some bytes ─► resume at the first missing byte
 *        ├─ wrong bytes ───────────────────────► restart with another source; this source is not tried again
 *        ├─ any other failure ─────────────────► another source
 *        └─ no source is left ─────────────────► failed; the object is lost if each source has no file, or wrong bytes
 * </pre>
 */
final class Fetcher {
    private static final Logger LOGGER = LoggerFactory.getLogger(Fetcher.class);
    private static final int MAX_RESUMPTIONS = 20;
    private static final long MIN_RESUMABLE_BYTES = 1 << 20;

    private final ObjectStore store;
    private final Sources sources;
    private final SourceClient client;

    /** What an attempt led to. */
    enum Result {
        /** A file has the object's name; it may be a copy. */
        FILE_EXISTS,
        /** The content is complete and verified. */
        VERIFIED,
        /** Another attempt may succeed, with the first of the candidates that are left. */
        RETRY,
        /** No attempt is left. */
        FAILED,
        /** The attempt was interrupted; the content that has arrived is kept. */
        INTERRUPTED
    }

    /** @param failure present if the attempt failed, also if another one follows */
    record Attempt(Result result, Optional<CopyFailure> failure) {
        static Attempt of(Result result) {
            return new Attempt(result, Optional.empty());
        }

        /** Whether the attempt failed, and the source itself is in trouble. */
        boolean isSourceUnhealthy() {
            return failure.map(CopyFailure::isSourceUnhealthy).orElse(false);
        }

        /** Whether the attempt shows whether the source works. */
        boolean isComplete() {
            return result != Result.FILE_EXISTS && result != Result.INTERRUPTED;
        }
    }

    Fetcher(ObjectStore store, Sources sources, SourceClient client) {
        this.store = store;
        this.sources = sources;
        this.client = client;
    }

    /** Makes an attempt with the first candidate of the copy. Throws nothing. */
    Attempt attempt(PendingCopy copy) {
        long bytesBefore = 0;
        try {
            if (!copy.isChecked() && store.mayContain(copy.key())) {
                return Attempt.of(Result.FILE_EXISTS);
            }
            IncomingObject object = open(copy);
            bytesBefore = object.writtenBytes();
            fetch(copy, object);
            return Attempt.of(Result.VERIFIED);
        } catch (InterruptedException e) {
            // The engine ends its threads.
            return Attempt.of(Result.INTERRUPTED);
        } catch (IOException | ObjectRejected | RuntimeException e) {
            // A request that is interrupted ends with any of several exceptions of the HTTP client.
            if (e instanceof RuntimeException
                    && !(e instanceof CopyFailure)
                    && !copy.interruption().isRequested()) {
                LOGGER.error(
                        "object={} copy failed by an unexpected error",
                        copy.key().objectId(),
                        e);
            }
            return afterFailure(copy, CopyFailure.from(e), bytesBefore);
        }
    }

    private IncomingObject open(PendingCopy copy) throws IOException {
        IncomingObject known = copy.progress().object();
        if (known != null) {
            return known;
        }
        CopyOrder order = copy.order();
        // A part that is continued is read again first, which may take long.
        copy.interruption().interruptThread();
        IncomingObject opened = store.begin(order.key(), order.sizeBytes(), order.md5());
        copy.progress().setObject(opened);
        return opened;
    }

    private void fetch(PendingCopy copy, IncomingObject object)
            throws IOException, ObjectRejected, InterruptedException {
        CopyOrder order = copy.order();
        SourceNode source = source(copy.progress().source());
        boolean sameSource = copy.progress().continuesFrom(source.id());
        copy.progress().recordContentSource();
        boolean ended = false;
        try {
            client.download(source, order, object, sameSource, copy.interruption());
            ended = true;
            object.verify(order.assignmentId(), order.jobEpoch());
        } catch (ObjectRejected | CopyFailure e) {
            CopyFailure failure =
                    CopyFailure.from(e).withUrl(source.url() + "/" + order.key().relativePath());
            throw ended && isShort(order, object) ? failure.asCutOff() : failure;
        }
    }

    /** A body without a declared length ends early also if the connection breaks. */
    private static boolean isShort(CopyOrder order, IncomingObject object) {
        return order.sizeBytes() != ObjectStore.UNKNOWN_SIZE && object.writtenBytes() < order.sizeBytes();
    }

    private SourceNode source(StorageNodeId id) {
        return sources.find(id)
                .orElseThrow(() -> new CopyFailure(
                        Reason.SOURCE_OTHER_ERROR,
                        id + " is not a storage node that this agent knows; add it to rebalancer.agent.sources, or set"
                                + " rebalancer.agent.domain"));
    }

    private static Attempt afterFailure(PendingCopy copy, CopyFailure failure, long bytesBefore) {
        if (copy.interruption().isRequested()) {
            return Attempt.of(Result.INTERRUPTED);
        }
        if (failure.isSourceFault() && prepareRetry(copy, failure, bytesBefore)) {
            return new Attempt(Result.RETRY, Optional.of(failure));
        }
        close(copy);
        return new Attempt(Result.FAILED, Optional.of(loss(copy).orElse(failure)));
    }

    /** An order that comes from no job names one source of several, so it can't prove that the object is lost. */
    private static Optional<CopyFailure> loss(PendingCopy copy) {
        return copy.order().isFromJob() ? copy.progress().loss(copy.order().sources()) : Optional.empty();
    }

    /** Returns whether another attempt may succeed. */
    private static boolean prepareRetry(PendingCopy copy, CopyFailure failure, long bytesBefore) {
        if (failure.isContentWrong() && copy.progress().hasSeveralSources()) {
            // It is unknown which source sent wrong bytes, so this source has to send the whole object.
            restart(copy);
            return true;
        }
        long arrivedBytes = copy.progress().arrivedBytes();
        boolean canResume = !failure.isContentWrong()
                && arrivedBytes >= MIN_RESUMABLE_BYTES
                && copy.progress().incoming().declaredBytes().isPresent();
        if (canResume && arrivedBytes > bytesBefore && copy.progress().resumptions() < MAX_RESUMPTIONS) {
            copy.progress().countResumption();
            return true;
        }
        copy.progress().recordAnswer(failure);
        List<StorageNodeId> candidates = copy.progress().candidates();
        if (candidates.size() == 1) {
            return false;
        }
        copy.progress().setCandidates(candidates.subList(1, candidates.size()));
        if (!canResume) {
            restart(copy);
        }
        return true;
    }

    private static void restart(PendingCopy copy) {
        copy.progress().forgetSources();
        close(copy);
    }

    /** Closes the content that has arrived and removes what is not published. */
    static void close(PendingCopy copy) {
        IncomingObject object = copy.progress().object();
        if (object != null) {
            copy.progress().setObject(null);
            object.closeOrLog();
        }
    }

    /** Closes the content that has arrived and keeps it for the next start, if it is worth it. */
    static void suspend(PendingCopy copy) {
        IncomingObject object = copy.progress().object();
        if (object != null) {
            copy.progress().setObject(null);
            object.suspendOrLog();
        }
    }
}
