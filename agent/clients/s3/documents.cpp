#include "clients/s3/documents.hpp"

#include "base/text.hpp"

#include <pugixml.hpp>

#include <sstream>

namespace forager::s3 {

namespace {

Failure unreadable(std::string_view what)
{
    return {Errc::refused, "the object store's answer about " + std::string{what} + " has an unknown form"};
}

// The root element of this name; an empty one when the body is another document.
pugi::xml_node root_of(pugi::xml_document& document, std::string_view body, const char* name)
{
    return document.load_buffer(body.data(), body.size()) ? document.child(name) : pugi::xml_node{};
}

std::string text(const pugi::xml_node& node, const char* name)
{
    return node.child_value(name);
}

bool is_true(const pugi::xml_node& node, const char* name)
{
    return text(node, name) == "true";
}

// Characters that XML cannot carry come encoded where both sides know how.
class Keys {
public:
    explicit Keys(const pugi::xml_node& root) : encoded_{text(root, "EncodingType") == "url"} {}
    std::string operator()(const pugi::xml_node& node, const char* name) const
    {
        return encoded_ ? decoded(text(node, name)) : text(node, name);
    }

private:
    bool encoded_;
};

std::string written(const pugi::xml_document& document)
{
    std::ostringstream out;
    document.save(out, "", pugi::format_raw | pugi::format_no_declaration);
    return std::move(out).str();
}

pugi::xml_node root_for(pugi::xml_document& document, const char* name)
{
    pugi::xml_node root = document.append_child(name);
    root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
    return root;
}

void add(pugi::xml_node& node, const char* name, const std::string& content)
{
    node.append_child(name).text() = content.c_str();
}

ErrorWords words_of(const pugi::xml_node& error)
{
    return {text(error, "Code"), text(error, "Message"), text(error, "Region")};
}

StoredObject object_of(const pugi::xml_node& node, const Keys& keys)
{
    StoredObject object;
    object.key = keys(node, "Key");
    object.size = node.child("Size").text().as_ullong();
    object.etag = without_quotes(text(node, "ETag"));
    object.modified = parse_iso_time(text(node, "LastModified"));
    return object;
}

} // namespace

ErrorWords read_error(std::string_view body)
{
    pugi::xml_document document;
    return words_of(root_of(document, body, "Error"));
}

Result<ObjectPage> read_objects(std::string_view body)
{
    pugi::xml_document document;
    const pugi::xml_node root = root_of(document, body, "ListBucketResult");
    if (!root)
        return unreadable("the objects of a bucket");
    const Keys keys{root};
    ObjectPage page;
    for (const pugi::xml_node& node : root.children("Contents"))
        page.objects.push_back(object_of(node, keys));
    for (const pugi::xml_node& node : root.children("CommonPrefixes"))
        page.folders.push_back(keys(node, "Prefix"));
    if (!is_true(root, "IsTruncated"))
        return page;
    page.next = text(root, "NextContinuationToken");
    if (page.next.empty())
        return unreadable("the objects of a bucket");
    return page;
}

Result<Page<StoredPart>> read_parts(std::string_view body)
{
    pugi::xml_document document;
    const pugi::xml_node root = root_of(document, body, "ListPartsResult");
    if (!root)
        return unreadable("the parts of an upload");
    Page<StoredPart> page;
    for (const pugi::xml_node& node : root.children("Part")) {
        StoredPart part;
        part.number = node.child("PartNumber").text().as_int();
        part.size = node.child("Size").text().as_ullong();
        part.etag = without_quotes(text(node, "ETag"));
        part.sha256 = text(node, "ChecksumSHA256");
        page.items.push_back(std::move(part));
    }
    if (is_true(root, "IsTruncated"))
        page.next = {{"part-number-marker", text(root, "NextPartNumberMarker")}};
    return page;
}

Result<Page<UnfinishedUpload>> read_uploads(std::string_view body)
{
    pugi::xml_document document;
    const pugi::xml_node root = root_of(document, body, "ListMultipartUploadsResult");
    if (!root)
        return unreadable("unfinished uploads");
    const Keys keys{root};
    Page<UnfinishedUpload> page;
    for (const pugi::xml_node& node : root.children("Upload")) {
        UnfinishedUpload upload;
        upload.key = keys(node, "Key");
        upload.id = text(node, "UploadId");
        upload.begun = parse_iso_time(text(node, "Initiated"));
        page.items.push_back(std::move(upload));
    }
    if (is_true(root, "IsTruncated"))
        page.next = {{"key-marker", keys(root, "NextKeyMarker")},
                     {"upload-id-marker", text(root, "NextUploadIdMarker")}};
    return page;
}

Result<std::string> read_upload_id(std::string_view body)
{
    pugi::xml_document document;
    std::string id = text(root_of(document, body, "InitiateMultipartUploadResult"), "UploadId");
    if (id.empty())
        return unreadable("a new upload");
    return id;
}

Result<Stored> read_stored(std::string_view body)
{
    pugi::xml_document document;
    for (const char* name : {"CompleteMultipartUploadResult", "CopyObjectResult", "CopyPartResult"})
        if (const pugi::xml_node root = root_of(document, body, name))
            return Stored{without_quotes(text(root, "ETag")), text(root, "ChecksumSHA256")};
    return unreadable("what it stored");
}

Result<std::optional<std::pair<std::string, ErrorWords>>> read_removal(std::string_view body)
{
    pugi::xml_document document;
    const pugi::xml_node root = root_of(document, body, "DeleteResult");
    if (!root)
        return unreadable("what it removed");
    const pugi::xml_node error = root.child("Error");
    if (!error)
        return std::nullopt;
    return std::optional{std::pair{text(error, "Key"), words_of(error)}};
}

std::string completion(const std::vector<StoredPart>& parts)
{
    pugi::xml_document document;
    pugi::xml_node root = root_for(document, "CompleteMultipartUpload");
    for (const StoredPart& part : parts) {
        pugi::xml_node node = root.append_child("Part");
        add(node, "PartNumber", std::to_string(part.number));
        add(node, "ETag", "\"" + part.etag + "\"");
        if (!part.sha256.empty())
            add(node, "ChecksumSHA256", part.sha256);
    }
    return written(document);
}

std::string removal(const std::vector<std::string>& keys)
{
    pugi::xml_document document;
    pugi::xml_node root = root_for(document, "Delete");
    add(root, "Quiet", "true");
    for (const std::string& key : keys) {
        pugi::xml_node node = root.append_child("Object");
        add(node, "Key", key);
    }
    return written(document);
}

std::string location(std::string_view region)
{
    pugi::xml_document document;
    pugi::xml_node root = root_for(document, "CreateBucketConfiguration");
    add(root, "LocationConstraint", std::string{region});
    return written(document);
}

std::string without_quotes(std::string_view etag)
{
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"'))
        etag = etag.substr(1, etag.size() - 2);
    return std::string{etag};
}

} // namespace forager::s3
