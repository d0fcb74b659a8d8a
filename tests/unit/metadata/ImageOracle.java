import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.writer.ImageWriterOptions;
import org.apache.kafka.image.writer.RecordListWriter;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/** Kafka's own image: a line of records in hex, parted by blanks, is answered with the records of its snapshot. */
public class ImageOracle {
    static final MetadataRecordSerde SERDE = MetadataRecordSerde.INSTANCE;

    public static void main(String[] args) throws Exception {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            System.out.println(answer(line));
            System.out.flush();
        }
    }

    static String answer(String line) {
        MetadataImage image = MetadataImage.EMPTY;
        try {
            for (String record : line.split(" ")) {
                MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
                byte[] bytes = HexFormat.of().parseHex(record);
                delta.replay(SERDE.read(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), bytes.length).message());
                image = delta.apply(MetadataProvenance.EMPTY);
            }
        } catch (RuntimeException refusal) {
            return "refused: " + refusal;
        }
        RecordListWriter writer = new RecordListWriter();
        image.write(writer, new ImageWriterOptions.Builder(image).setLossHandler(loss -> { }).build());
        return writer.records().stream().map(ImageOracle::hex).collect(Collectors.joining(" "));
    }

    static String hex(ApiMessageAndVersion record) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(SERDE.recordSize(record, cache));
        SERDE.write(record, cache, new ByteBufferAccessor(buffer));
        return HexFormat.of().formatHex(buffer.array());
    }
}
