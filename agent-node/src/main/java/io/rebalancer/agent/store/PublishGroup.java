package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a group of verified objects: forces the content of each object, renames each object, then forces each
 * directory once, however many objects it got. An object that fails does not affect the others.
 */
final class PublishGroup implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(PublishGroup.class);

    private final ObjectDirectories directories;
    private final StoredFiles storedFiles;
    private final DeviceReader deviceReader;
    private final Quarantine quarantine;
    private final DiskOperations disk;
    private final Durability durability;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private final Map<IncomingObject, IOException> failures = new ConcurrentHashMap<>();

    /** A directory that gets objects of the group. */
    private record Target(
            DirectoryChain chain,
            SafeDirectory directory,
            List<IncomingObject> objects,
            List<Quarantine.Move> replaced) {}

    private interface Step {
        void run(IncomingObject object) throws IOException;
    }

    PublishGroup(
            ObjectDirectories directories,
            StoredFiles storedFiles,
            DeviceReader deviceReader,
            Quarantine quarantine,
            DiskOperations disk,
            Durability durability) {
        this.directories = directories;
        this.storedFiles = storedFiles;
        this.deviceReader = deviceReader;
        this.quarantine = quarantine;
        this.disk = disk;
        this.durability = durability;
    }

    /** Publishes the objects and returns the failure of each object that could not be published. */
    Map<IncomingObject, IOException> publish(List<IncomingObject> objects) {
        directories.forceEach(objects, attempt(this::forceContent));
        objects.stream().filter(object -> !failures.containsKey(object)).forEach(attempt(this::giveFinalName));
        directories.forceEach(List.copyOf(targets.values()), this::forceDirectory);
        return failures;
    }

    private Consumer<IncomingObject> attempt(Step step) {
        return object -> {
            try {
                step.run(object);
            } catch (IOException e) {
                fail(object, e);
            }
        };
    }

    private void fail(IncomingObject object, IOException failure) {
        failures.put(object, OutOfSpace.translate(failure));
    }

    private void forceContent(IncomingObject object) throws IOException {
        if (!object.isVerified()) {
            throw new IllegalStateException("object " + object.key().objectId() + " was not verified");
        }
        if (durability == Durability.OS) {
            return;
        }
        object.force();
        if (durability == Durability.READ_BACK
                && !deviceReader.matches(
                        object.partDirectory().path().resolve(object.partName()),
                        object.writtenBytes(),
                        object.md5())) {
            throw new IOException(
                    "object " + object.key().objectId() + ": the content read back differs from the content written");
        }
    }

    private void giveFinalName(IncomingObject object) throws IOException {
        ObjectKey key = object.key();
        Target target = target(key);
        SafeDirectory directory = target.directory();
        boolean nameTaken = directories.mayContain(key);
        if (!nameTaken) {
            rename(object, directory);
        } else if (isAlreadyStored(object, target.chain())) {
            storedFiles.share(directory, key, object.assignmentId());
        } else if (isDoubtfulCopy(object, directory)) {
            rename(object, directory);
        } else {
            target.replaced().add(replace(object, directory));
        }
        target.objects().add(object);
    }

    /** The file stays under its name until the rename, so the name is never missing. */
    private Quarantine.Move replace(IncomingObject object, SafeDirectory directory) throws IOException {
        QuarantineEvidence evidence = new QuarantineEvidence(digest(object, directory), Optional.of(object.md5()));
        Quarantine.Move move = quarantine.begin(directory, object.key(), QuarantineReason.REPLACED, evidence);
        try {
            rename(object, directory);
        } catch (IOException e) {
            quarantine.cancel(move);
            throw e;
        }
        quarantine.markReplaced(move);
        return move;
    }

    /** A damaged file may be unreadable, and is replaced all the same. */
    private static Optional<ContentMd5> digest(IncomingObject object, SafeDirectory directory) {
        String name = ObjectLayout.fileName(object.key());
        try {
            return ContentVerifier.md5(directory, name);
        } catch (IOException e) {
            LOGGER.warn(
                    "the file {} is replaced and can't be read: {}",
                    directory.path().resolve(name),
                    OneLine.of(e));
            return Optional.empty();
        }
    }

    private Target target(ObjectKey key) throws IOException {
        String name = ObjectLayout.directoryName(key);
        Target known = targets.get(name);
        if (known != null) {
            return known;
        }
        DirectoryChain chain = directories.create(key);
        Target opened = new Target(chain, chain.last().orElseThrow(), new ArrayList<>(), new ArrayList<>());
        targets.put(name, opened);
        return opened;
    }

    /** Whether another copy has stored the same content in the meantime. */
    private boolean isAlreadyStored(IncomingObject object, DirectoryChain chain) throws IOException {
        return storedFiles.contains(chain, object.key(), object.sizeBytes(), object.md5());
    }

    /** Whether the file with the object's name is the same object and only replaced because it may not be durable. */
    private boolean isDoubtfulCopy(IncomingObject object, SafeDirectory directory) throws IOException {
        return storedFiles.isDoubtful(object.key())
                && ContentVerifier.matches(
                        directory, ObjectLayout.fileName(object.key()), object.sizeBytes(), object.md5());
    }

    private void rename(IncomingObject object, SafeDirectory directory) throws IOException {
        String name = ObjectLayout.fileName(object.key());
        disk.rename(
                directory.path().resolve(name),
                () -> directory.moveFrom(object.partDirectory(), object.partName(), name));
        object.markPublished();
    }

    private void forceDirectory(Target target) {
        try {
            directories.force(target.directory());
            target.objects().forEach(object -> storedFiles.markDurable(object.key()));
            target.replaced().forEach(quarantine::complete);
        } catch (IOException e) {
            // The objects have their names, and another force of the directory would prove nothing.
            target.objects().forEach(object -> {
                storedFiles.markDoubtful(object.key());
                fail(object, e);
            });
            target.replaced().forEach(quarantine::suspend);
        }
    }

    @Override
    public void close() {
        targets.values().forEach(target -> target.chain().close());
    }
}
