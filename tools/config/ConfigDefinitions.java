import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Writes Kafka's configuration definitions as JSON: all but the descriptions. */
public class ConfigDefinitions {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        ObjectNode all = JSON.createObjectNode();
        all.set("broker", keys(AbstractKafkaConfig.CONFIG_DEF));
        all.set("broker_quotas", keys(QuotaConfig.brokerQuotaConfigs()));
        all.set("topic", keys(LogConfig.configDefCopy()));
        all.set("group", keys(GroupConfig.CONFIG_DEF));
        all.set("client_metrics", keys(ClientMetricsConfigs.configDef()));
        all.set("update_modes", JSON.valueToTree(new TreeMap<>(DynamicBrokerConfig.dynamicConfigUpdateModes())));
        all.set("group_synonyms", groupSynonyms());
        all.set("topic_synonyms", topicSynonyms());
        System.out.println(JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all));
    }

    static ObjectNode topicSynonyms() throws Exception {
        ObjectNode out = JSON.createObjectNode();
        for (Map.Entry<String, ? extends List<?>> entry :
                new TreeMap<>(ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS).entrySet()) {
            ArrayNode list = out.putArray(entry.getKey());
            for (Object synonym : entry.getValue()) {
                String name = (String) synonym.getClass().getMethod("name").invoke(synonym);
                @SuppressWarnings("unchecked")
                var converter = (java.util.function.Function<String, String>)
                    synonym.getClass().getMethod("converter").invoke(synonym);
                list.addObject().put("name", name).put("factor", Long.parseLong(converter.apply("1")));
            }
        }
        return out;
    }

    static ObjectNode groupSynonyms() {
        ObjectNode out = JSON.createObjectNode();
        new TreeMap<>(GroupConfig.ALL_GROUP_CONFIG_SYNONYMS).forEach((name, broker) ->
            out.put(name, broker.orElse(null)));
        return out;
    }

    static ArrayNode keys(ConfigDef def) throws Exception {
        ArrayNode out = JSON.createArrayNode();
        for (ConfigDef.ConfigKey key : def.configKeys().values()) {
            ObjectNode node = out.addObject();
            node.put("name", key.name);
            node.put("type", key.type.name());
            node.put("required", !key.hasDefault());
            if (key.hasDefault())
                node.put("default", ConfigDef.convertToString(key.defaultValue, key.type));
            node.put("importance", key.importance.name());
            node.put("internal", key.internalConfig);
            if (key.validator != null)
                node.set("validator", validator(key.validator));
        }
        return out;
    }

    /** A validator as its class and the fields that make it up. */
    static ObjectNode validator(ConfigDef.Validator validator) throws Exception {
        ObjectNode node = JSON.createObjectNode();
        String kind = validator.getClass().getName().replaceFirst("^.*[.]", "").replaceFirst("^ConfigDef[$]", "");
        node.put("kind", kind.replaceFirst("/0x.*", ""));
        if (validator instanceof ConfigDef.Range) {
            number(node, "min", get(validator, "min"));
            number(node, "max", get(validator, "max"));
        } else if (validator instanceof ConfigDef.ValidList) {
            node.put("empty", (Boolean) get(validator, "isEmptyAllowed"));
            node.put("null", (Boolean) get(validator, "isNullAllowed"));
            node.set("values", JSON.valueToTree(get(get(validator, "validString"), "validStrings")));
        } else if (validator instanceof ConfigDef.ValidString) {
            node.set("values", JSON.valueToTree(get(validator, "validStrings")));
        } else if (validator instanceof ConfigDef.CaseInsensitiveValidString) {
            List<String> values = new ArrayList<>();
            for (Object value : (Iterable<?>) get(validator, "validStrings"))
                values.add((String) value);
            node.set("values", JSON.valueToTree(values));
        } else if (validator instanceof ConfigDef.CompositeValidator) {
            ArrayNode parts = node.putArray("parts");
            for (Object part : (Iterable<?>) get(validator, "validators"))
                parts.add(validator((ConfigDef.Validator) part));
        } else {
            node.put("text", validator.toString().replaceFirst("@[0-9a-f]+$", ""));
        }
        return node;
    }

    static void number(ObjectNode node, String name, Object value) {
        if (value != null)
            node.put(name, value.toString());
    }

    static Object get(Object object, String name) throws Exception {
        Field field = object.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }
}
