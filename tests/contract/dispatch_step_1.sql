CREATE TABLE dispatch_head (
	city TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	seal TEXT NOT NULL, 
	incidents BIGINT NOT NULL, 
	orders BIGINT NOT NULL, 
	PRIMARY KEY (city)
);
INSERT INTO "dispatch_head" VALUES('old',10,'da15ad054741f6a43bfb2dc825fde075f5766835cd3fb6c41f8979e113a87bb0',2,2);
CREATE TABLE dispatch_incident (
	city TEXT NOT NULL, 
	number TEXT NOT NULL, 
	client_id TEXT, 
	state TEXT NOT NULL, 
	place TEXT NOT NULL, 
	category TEXT NOT NULL, 
	recurrence_key TEXT NOT NULL, 
	reported_us BIGINT NOT NULL, 
	document TEXT NOT NULL, 
	PRIMARY KEY (city, number)
);
INSERT INTO "dispatch_incident" VALUES('old','I20261121-00001',NULL,'DISPATCHED','/c/a/a2/','roads','k',1795262400000000,'{"number":"I20261121-00001","version":4,"state":"DISPATCHED","title":"a pit without its cover","category":"roads","region":"a2","reported_at":"2026-11-21T12:00:00Z","changed_at":"2026-11-21T12:01:00Z","client_id":null,"subcategory":"","kind":"event","condition":"","description":"","channel":"","priority":"NORMAL","lon":null,"lat":null,"datum":"wgs84","address":"","cell_grid":"","duty_grid":"","reporter":{"name":"","phone":""},"media":[],"recurrence_key":"k","recurrence":0,"exercise":false,"filed_at":"2026-11-21T12:01:00Z","dispatched_at":"2026-11-21T12:01:00Z","closed_at":null,"deadline":"2026-11-22T12:00:00Z","lead_unit":"u1","wrong_unit":"","co_units":[],"pauses":[],"returns":0,"reworks":0,"wrong_dispatches":0,"supervisions":0,"urge_level":0,"reply":null,"stars":null,"reopened":0}');
INSERT INTO "dispatch_incident" VALUES('old','I20261121-00002',NULL,'ACCEPTED','/c/b/','roads','',1795262460000000,'{"number":"I20261121-00002","version":8,"state":"ACCEPTED","title":"played","category":"roads","region":"b","reported_at":"2026-11-21T12:01:00Z","changed_at":"2026-11-21T12:02:00Z","client_id":null,"subcategory":"","kind":"event","condition":"","description":"","channel":"","priority":"NORMAL","lon":null,"lat":null,"datum":"wgs84","address":"","cell_grid":"","duty_grid":"","reporter":{"name":"","phone":""},"media":[],"recurrence_key":"","recurrence":0,"exercise":true,"filed_at":null,"dispatched_at":null,"closed_at":null,"deadline":null,"lead_unit":"","wrong_unit":"","co_units":[],"pauses":[],"returns":0,"reworks":0,"wrong_dispatches":0,"supervisions":0,"urge_level":0,"reply":null,"stars":null,"reopened":0}');
CREATE TABLE dispatch_journal (
	city TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	at_us BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	role TEXT NOT NULL, 
	actor_region TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	about TEXT NOT NULL, 
	verb TEXT NOT NULL, 
	body TEXT NOT NULL, 
	sealed_by TEXT NOT NULL, 
	seal TEXT NOT NULL, 
	PRIMARY KEY (city, seq)
);
INSERT INTO "dispatch_journal" VALUES('old',1,1795262400000000,'demonstration','administrator','','I20261121-00001','','receive','{"title":"a pit without its cover","category":"roads","client_id":null,"subcategory":"","kind":"event","condition":"","description":"","channel":"","priority":"NORMAL","lon":null,"lat":null,"datum":"wgs84","address":"","region":"a2","cell_grid":"","duty_grid":"","reporter":{"name":"","phone":""},"media":[],"recurrence_key":"k","exercise":false,"reported_at":"2026-11-21T12:00:00+00:00","to":"REPORTED","recurrence":0}','hmac-sha256:3173118a','5e3777028b89bba6d0b956402235896c26d7734a473336062bd62341c02adf75');
INSERT INTO "dispatch_journal" VALUES('old',2,1795262460000000,'demonstration','administrator','','I20261121-00001','','accept','{"from":"REPORTED","to":"ACCEPTED"}','hmac-sha256:3173118a','920d6071623c10614ec18adc0d8d4c7b8056de6db351f5a32dc902f2605b3722');
INSERT INTO "dispatch_journal" VALUES('old',3,1795262460000000,'demonstration','administrator','','I20261121-00001','','file','{"from":"ACCEPTED","to":"FILED"}','hmac-sha256:3173118a','917e8c852a1109d3c86b9dffa5c626b57dfc49f22bd5d54c2c2ab8fdc91e92a6');
INSERT INTO "dispatch_journal" VALUES('old',4,1795262460000000,'demonstration','administrator','','I20261121-00001','','dispatch','{"unit":"u1","deadline":"2026-11-22T12:00:00Z","from":"FILED","to":"DISPATCHED"}','hmac-sha256:3173118a','011b8fb85478ed71c35961362f75c657999019e523e269ab40eced5eefa7fe88');
INSERT INTO "dispatch_journal" VALUES('old',5,1795262460000000,'demonstration','administrator','','O20261121-00001','I20261121-00001','draft','{"unit":"u1","text":"go","incident":"I20261121-00001","kind":"","consequence":"ordinary","lon":null,"lat":null,"region":"a2","attachments":[],"exercise":false,"expires_at":"2026-11-21T12:16:00+00:00","to":"DRAFT"}','hmac-sha256:3173118a','5762276237d171006d06f8a5a33622a8c69da9d659e8c863ec37fb301c42fa2f');
INSERT INTO "dispatch_journal" VALUES('old',6,1795262460000000,'demonstration','administrator','','O20261121-00001','I20261121-00001','issue','{"from":"DRAFT","to":"ISSUED"}','hmac-sha256:3173118a','7b3e8aafa3918b855ee3151fbcffdf69d43791d28af28ab8a7d3025ae07a0726');
INSERT INTO "dispatch_journal" VALUES('old',7,1795262460000000,'demonstration','administrator','','I20261121-00002','','receive','{"title":"played","category":"roads","client_id":null,"subcategory":"","kind":"event","condition":"","description":"","channel":"","priority":"NORMAL","lon":null,"lat":null,"datum":"wgs84","address":"","region":"b","cell_grid":"","duty_grid":"","reporter":{"name":"","phone":""},"media":[],"recurrence_key":"","exercise":true,"reported_at":"2026-11-21T12:01:00+00:00","to":"REPORTED","recurrence":0}','hmac-sha256:3173118a','75e9ae1e7081830a529296a0255021dc1695583c5260736199d1886f33403b18');
INSERT INTO "dispatch_journal" VALUES('old',8,1795262520000000,'demonstration','administrator','','I20261121-00002','','accept','{"from":"REPORTED","to":"ACCEPTED"}','hmac-sha256:3173118a','5044fb6d8e6a7266d1a5293587115b0267913b8c529b24a56c24b32a8b7026db');
INSERT INTO "dispatch_journal" VALUES('old',9,1795262520000000,'demonstration','administrator','','O20261121-00002','I20261121-00002','draft','{"unit":"u1","text":"go","incident":"I20261121-00002","kind":"","consequence":"ordinary","lon":null,"lat":null,"region":"b","attachments":[],"exercise":true,"expires_at":"2026-11-21T12:17:00+00:00","to":"DRAFT"}','hmac-sha256:3173118a','3cb2033db407700620a4b796536f9e254e4af3afc1fbcd6009f806dbd2a03956');
INSERT INTO "dispatch_journal" VALUES('old',10,1795262520000000,'demonstration','administrator','','O20261121-00002','I20261121-00002','issue','{"from":"DRAFT","to":"ISSUED"}','hmac-sha256:3173118a','da15ad054741f6a43bfb2dc825fde075f5766835cd3fb6c41f8979e113a87bb0');
CREATE TABLE dispatch_order (
	city TEXT NOT NULL, 
	number TEXT NOT NULL, 
	incident TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	state TEXT NOT NULL, 
	drafted_us BIGINT NOT NULL, 
	expires_us BIGINT NOT NULL, 
	document TEXT NOT NULL, 
	PRIMARY KEY (city, number)
);
INSERT INTO "dispatch_order" VALUES('old','O20261121-00001','I20261121-00001','u1','ISSUED',1795262460000000,1795263360000000,'{"number":"O20261121-00001","version":6,"state":"ISSUED","unit":"u1","text":"go","region":"a2","author":"demonstration","drafted_at":"2026-11-21T12:01:00Z","changed_at":"2026-11-21T12:01:00Z","expires_at":"2026-11-21T12:16:00Z","incident":"I20261121-00001","kind":"","consequence":"ordinary","lon":null,"lat":null,"attachments":[],"exercise":false,"approver":"","issued_at":"2026-11-21T12:01:00Z","sent_at":null,"signed_at":null,"on_scene_at":null,"ended_at":null,"reason":"","needs_assistance":false}');
INSERT INTO "dispatch_order" VALUES('old','O20261121-00002','I20261121-00002','u1','ISSUED',1795262520000000,1795263420000000,'{"number":"O20261121-00002","version":10,"state":"ISSUED","unit":"u1","text":"go","region":"b","author":"demonstration","drafted_at":"2026-11-21T12:02:00Z","changed_at":"2026-11-21T12:02:00Z","expires_at":"2026-11-21T12:17:00Z","incident":"I20261121-00002","kind":"","consequence":"ordinary","lon":null,"lat":null,"attachments":[],"exercise":true,"approver":"","issued_at":"2026-11-21T12:02:00Z","sent_at":null,"signed_at":null,"on_scene_at":null,"ended_at":null,"reason":"","needs_assistance":false}');
CREATE TABLE dispatch_outbox (
	city TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	topic TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	PRIMARY KEY (city, seq, topic)
);
INSERT INTO "dispatch_outbox" VALUES('old',1,'dispatch.journal','I20261121-00001','{"seq":1,"at":"2026-11-21T12:00:00Z","subject":"I20261121-00001","about":"","verb":"receive","actor":"demonstration","role":"administrator","from":null,"to":"REPORTED","region":"a2","lon":null,"lat":null,"exercise":false,"kind":"event","thing":"incident","unit":"","category":"roads","subcategory":"","priority":"NORMAL","channel":"","reported_at":"2026-11-21T12:00:00Z","filed_at":null,"dispatched_at":null,"closed_at":null,"deadline":null,"returns":0,"reworks":0,"wrong_dispatches":0,"urge_level":0,"stars":null,"recurrence":0}','I20261121-00001');
INSERT INTO "dispatch_outbox" VALUES('old',2,'dispatch.journal','I20261121-00001','{"seq":2,"at":"2026-11-21T12:01:00Z","subject":"I20261121-00001","about":"","verb":"accept","actor":"demonstration","role":"administrator","from":"REPORTED","to":"ACCEPTED","region":"a2","lon":null,"lat":null,"exercise":false,"kind":"event","thing":"incident","unit":"","category":"roads","subcategory":"","priority":"NORMAL","channel":"","reported_at":"2026-11-21T12:00:00Z","filed_at":null,"dispatched_at":null,"closed_at":null,"deadline":null,"returns":0,"reworks":0,"wrong_dispatches":0,"urge_level":0,"stars":null,"recurrence":0}','I20261121-00001');
INSERT INTO "dispatch_outbox" VALUES('old',3,'dispatch.journal','I20261121-00001','{"seq":3,"at":"2026-11-21T12:01:00Z","subject":"I20261121-00001","about":"","verb":"file","actor":"demonstration","role":"administrator","from":"ACCEPTED","to":"FILED","region":"a2","lon":null,"lat":null,"exercise":false,"kind":"event","thing":"incident","unit":"","category":"roads","subcategory":"","priority":"NORMAL","channel":"","reported_at":"2026-11-21T12:00:00Z","filed_at":"2026-11-21T12:01:00Z","dispatched_at":null,"closed_at":null,"deadline":null,"returns":0,"reworks":0,"wrong_dispatches":0,"urge_level":0,"stars":null,"recurrence":0}','I20261121-00001');
INSERT INTO "dispatch_outbox" VALUES('old',4,'dispatch.journal','I20261121-00001','{"seq":4,"at":"2026-11-21T12:01:00Z","subject":"I20261121-00001","about":"","verb":"dispatch","actor":"demonstration","role":"administrator","from":"FILED","to":"DISPATCHED","region":"a2","lon":null,"lat":null,"exercise":false,"kind":"event","thing":"incident","unit":"u1","category":"roads","subcategory":"","priority":"NORMAL","channel":"","reported_at":"2026-11-21T12:00:00Z","filed_at":"2026-11-21T12:01:00Z","dispatched_at":"2026-11-21T12:01:00Z","closed_at":null,"deadline":"2026-11-22T12:00:00Z","returns":0,"reworks":0,"wrong_dispatches":0,"urge_level":0,"stars":null,"recurrence":0}','I20261121-00001');
INSERT INTO "dispatch_outbox" VALUES('old',5,'dispatch.journal','O20261121-00001','{"seq":5,"at":"2026-11-21T12:01:00Z","subject":"O20261121-00001","about":"I20261121-00001","verb":"draft","actor":"demonstration","role":"administrator","from":null,"to":"DRAFT","region":"a2","lon":null,"lat":null,"exercise":false,"kind":"","thing":"order","unit":"u1","drafted_at":"2026-11-21T12:01:00Z","issued_at":null}','O20261121-00001');
INSERT INTO "dispatch_outbox" VALUES('old',6,'dispatch.journal','O20261121-00001','{"seq":6,"at":"2026-11-21T12:01:00Z","subject":"O20261121-00001","about":"I20261121-00001","verb":"issue","actor":"demonstration","role":"administrator","from":"DRAFT","to":"ISSUED","region":"a2","lon":null,"lat":null,"exercise":false,"kind":"","thing":"order","unit":"u1","drafted_at":"2026-11-21T12:01:00Z","issued_at":"2026-11-21T12:01:00Z"}','O20261121-00001');
INSERT INTO "dispatch_outbox" VALUES('old',6,'dispatch.orders','u1','{"order":"O20261121-00001","unit":"u1","text":"go","incident":"I20261121-00001","kind":"","consequence":"ordinary","lon":null,"lat":null,"region":"a2","attachments":[],"issued_at":"2026-11-21T12:01:00Z","expires_at":"2026-11-21T12:16:00Z","exercise":false}','O20261121-00001');
INSERT INTO "dispatch_outbox" VALUES('old',7,'dispatch.journal','I20261121-00002','{"seq":7,"at":"2026-11-21T12:01:00Z","subject":"I20261121-00002","about":"","verb":"receive","actor":"demonstration","role":"administrator","from":null,"to":"REPORTED","region":"b","lon":null,"lat":null,"exercise":true,"kind":"event","thing":"incident","unit":"","category":"roads","subcategory":"","priority":"NORMAL","channel":"","reported_at":"2026-11-21T12:01:00Z","filed_at":null,"dispatched_at":null,"closed_at":null,"deadline":null,"returns":0,"reworks":0,"wrong_dispatches":0,"urge_level":0,"stars":null,"recurrence":0}','I20261121-00002');
INSERT INTO "dispatch_outbox" VALUES('old',8,'dispatch.journal','I20261121-00002','{"seq":8,"at":"2026-11-21T12:02:00Z","subject":"I20261121-00002","about":"","verb":"accept","actor":"demonstration","role":"administrator","from":"REPORTED","to":"ACCEPTED","region":"b","lon":null,"lat":null,"exercise":true,"kind":"event","thing":"incident","unit":"","category":"roads","subcategory":"","priority":"NORMAL","channel":"","reported_at":"2026-11-21T12:01:00Z","filed_at":null,"dispatched_at":null,"closed_at":null,"deadline":null,"returns":0,"reworks":0,"wrong_dispatches":0,"urge_level":0,"stars":null,"recurrence":0}','I20261121-00002');
INSERT INTO "dispatch_outbox" VALUES('old',9,'dispatch.journal','O20261121-00002','{"seq":9,"at":"2026-11-21T12:02:00Z","subject":"O20261121-00002","about":"I20261121-00002","verb":"draft","actor":"demonstration","role":"administrator","from":null,"to":"DRAFT","region":"b","lon":null,"lat":null,"exercise":true,"kind":"","thing":"order","unit":"u1","drafted_at":"2026-11-21T12:02:00Z","issued_at":null}','O20261121-00002');
INSERT INTO "dispatch_outbox" VALUES('old',10,'dispatch.journal','O20261121-00002','{"seq":10,"at":"2026-11-21T12:02:00Z","subject":"O20261121-00002","about":"I20261121-00002","verb":"issue","actor":"demonstration","role":"administrator","from":"DRAFT","to":"ISSUED","region":"b","lon":null,"lat":null,"exercise":true,"kind":"","thing":"order","unit":"u1","drafted_at":"2026-11-21T12:02:00Z","issued_at":"2026-11-21T12:02:00Z"}','O20261121-00002');
INSERT INTO "dispatch_outbox" VALUES('old',10,'dispatch.orders','u1','{"order":"O20261121-00002","unit":"u1","text":"go","incident":"I20261121-00002","kind":"","consequence":"ordinary","lon":null,"lat":null,"region":"b","attachments":[],"issued_at":"2026-11-21T12:02:00Z","expires_at":"2026-11-21T12:17:00Z","exercise":true}','O20261121-00002');
CREATE TABLE dispatch_position (
	city TEXT NOT NULL, 
	reader TEXT NOT NULL, 
	partition INTEGER NOT NULL, 
	next BIGINT NOT NULL, 
	PRIMARY KEY (city, reader, partition)
);
CREATE TABLE dispatch_request (
	city TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	status INTEGER NOT NULL, 
	answer TEXT NOT NULL, 
	at_us BIGINT NOT NULL, 
	PRIMARY KEY (city, "key")
);
INSERT INTO "dispatch_request" VALUES('old','k','f',201,'{"n": 1}',1795262520000000);
CREATE TABLE dispatch_schema (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "dispatch_schema" VALUES(1);
CREATE INDEX dispatch_incident_state ON dispatch_incident (city, state, reported_us);
CREATE UNIQUE INDEX dispatch_incident_client ON dispatch_incident (city, client_id);
CREATE INDEX dispatch_incident_recurrence ON dispatch_incident (city, recurrence_key);
CREATE INDEX dispatch_journal_about ON dispatch_journal (city, about, seq);
CREATE INDEX dispatch_journal_subject ON dispatch_journal (city, subject, seq);
CREATE INDEX dispatch_order_incident ON dispatch_order (city, incident);
CREATE INDEX dispatch_order_state ON dispatch_order (city, state, expires_us);
CREATE INDEX dispatch_order_unit ON dispatch_order (city, unit, drafted_us);
CREATE INDEX dispatch_request_age ON dispatch_request (city, at_us);
