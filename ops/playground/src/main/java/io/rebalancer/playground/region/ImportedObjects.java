package io.rebalancer.playground.region;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Turns the files of a directory tree into objects of one account. Links and special files are skipped. */
final class ImportedObjects {

    private ImportedObjects() {}

    static Stream<NewObject> below(Path directory, long seed, List<SimulatedNode> nodes) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
        if (files.isEmpty()) {
            throw new IOException("no readable file below " + directory + "; choose another directory with --from");
        }
        files.sort(null);
        UUID owner = RegionContents.uuid(new SplittableRandom(seed));
        return IntStream.range(0, files.size()).mapToObj(number -> {
            SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
            Path file = files.get(number);
            return new NewObject(
                    number,
                    owner,
                    RegionContents.uuid(random),
                    "/" + owner + "/stor/" + directory.relativize(file),
                    Optional.empty(),
                    new ObjectContent.OfFile(file),
                    NewObject.twoNodes(nodes, random));
        });
    }
}
